//! Templates of a fleet, filled in for one customer.

use std::sync::Arc;

use serde_json::json;

use super::customers::Known;
use crate::manifest;
use crate::model::{DesiredFleet, Location, MemberSpec, MemberStop, OpenPart, Part, Rows};
use crate::template::{Root, Template, TemplateFault, Values};
use crate::yaml::{Content, Entry, Node, Scalar, Span};

/// Why a template cannot be filled in for a customer.
pub(super) struct Fault {
    reason: String,
    hint: Option<String>,
}

impl Fault {
    /// What it means for the member.
    pub(super) fn stop(self) -> MemberStop {
        MemberStop::Refused {
            reason: self.reason,
            hint: self.hint,
        }
    }
}

/// The templates of a fleet, taken apart once for all of its members.
pub(super) struct Filler<'a> {
    values: &'a Values,
    rows: Option<&'a Rows>,
    template: Option<Open>,
    overrides: Vec<Option<Open>>,
}

impl<'a> Filler<'a> {
    pub(super) fn of(fleet: &'a DesiredFleet) -> Self {
        let open = |part: &Part| part.open.as_ref().map(Open::of);
        Self {
            values: &fleet.values,
            rows: fleet.rows.as_deref(),
            template: open(&fleet.template),
            overrides: fleet.overrides.iter().map(|one| open(&one.part)).collect(),
        }
    }

    /// What the template says of a customer besides what it says of all.
    pub(super) fn template(
        &self,
        key: &str,
        customer: &Known<'_>,
    ) -> Result<Option<MemberSpec>, Fault> {
        self.filled(self.template.as_ref(), key, customer)
    }

    /// The same of an override.
    pub(super) fn override_at(
        &self,
        place: usize,
        key: &str,
        customer: &Known<'_>,
    ) -> Result<Option<MemberSpec>, Fault> {
        let open = self.overrides.get(place).and_then(Option::as_ref);
        self.filled(open, key, customer)
    }

    fn filled(
        &self,
        open: Option<&Open>,
        key: &str,
        customer: &Known<'_>,
    ) -> Result<Option<MemberSpec>, Fault> {
        let Some(open) = open else {
            return Ok(None);
        };
        let values = self.values(key, customer);
        let node = open.tree.filled(&values);
        let node = node.map_err(|(span, fault)| self.fault(&open.file, span, &fault))?;
        let spec = manifest::open_part(&open.file, &node).map_err(|findings| {
            let first = findings.into_iter().next();
            let (message, hint) = first.map_or_else(Default::default, |one| {
                let place = one.location.map(|place| format!("{place}: "));
                let text = format!("{}{}", place.unwrap_or_default(), one.message);
                (text, one.hint)
            });
            Fault {
                reason: message,
                hint,
            }
        })?;
        Ok(Some(spec))
    }

    fn values(&self, key: &str, customer: &Known<'_>) -> Values {
        let about = json!({
            "externalId": customer.external_id(),
            "id": customer.id(),
            "name": customer.name(),
            "labels": customer.labels(),
        });
        let values = self.values.clone().with(Root::Customer, &about);
        let cells = self
            .rows
            .and_then(|rows| Some((rows, rows.cells.get(key)?)));
        match cells {
            Some((rows, cells)) => {
                let columns = rows.columns.iter().map(String::as_str);
                values.row(columns.zip(cells.iter().map(|cell| cell.trim())))
            }
            // Distinct from a fleet without a table, where the name is undefined.
            None if self.rows.is_some() => values.without_row(),
            None => values,
        }
    }

    fn fault(&self, file: &Arc<str>, span: Span, fault: &TemplateFault) -> Fault {
        let place = Location {
            file: Arc::clone(file),
            line: span.line,
            column: span.column,
            length: span.length,
        };
        let of_row = fault.message.contains("there is no row");
        let no_row = match (of_row, self.rows) {
            (true, Some(rows)) => {
                let hint = fault.hint.as_deref().unwrap_or("add one");
                Some(format!("the customer has no row in {}: {hint}", rows.path))
            }
            (true, None) => Some("name a file of rows: `customers: {rows: …}`".to_owned()),
            (false, _) => None,
        };
        Fault {
            reason: format!("{place}: {}", fault.message),
            hint: no_row.or_else(|| fault.hint.clone()),
        }
    }
}

/// A part with templates in it.
struct Open {
    file: Arc<str>,
    tree: Tree,
}

impl Open {
    fn of(part: &OpenPart) -> Self {
        Self {
            file: Arc::clone(&part.file),
            tree: Tree::of(&part.spec),
        }
    }
}

/// A node whose texts are parsed.
enum Tree {
    /// Without a template.
    Fixed(Node),
    Text {
        span: Span,
        scalar: Scalar,
        template: Result<Template, TemplateFault>,
    },
    List(Span, Vec<Tree>),
    Map(Span, Vec<(Scalar, Span, Tree)>),
}

impl Tree {
    fn of(node: &Node) -> Self {
        match &node.content {
            Content::Scalar(scalar) => match Template::parse(&scalar.text) {
                Ok(None) => Self::Fixed(node.clone()),
                Ok(Some(template)) => Self::text(node.span, scalar, Ok(template)),
                Err(fault) => Self::text(node.span, scalar, Err(fault)),
            },
            Content::Sequence(items) => Self::List(node.span, items.iter().map(Self::of).collect()),
            Content::Mapping(entries) => {
                let entries = entries
                    .iter()
                    .map(|it| (it.key.clone(), it.key_span, Self::of(&it.value)));
                Self::Map(node.span, entries.collect())
            }
        }
    }

    fn text(span: Span, scalar: &Scalar, template: Result<Template, TemplateFault>) -> Self {
        Self::Text {
            span,
            scalar: scalar.clone(),
            template,
        }
    }

    fn filled(&self, values: &Values) -> Result<Node, (Span, TemplateFault)> {
        let (span, content) = match self {
            Self::Fixed(node) => return Ok(node.clone()),
            Self::Text {
                span,
                scalar,
                template,
            } => {
                let rendered = template.as_ref().map_err(Clone::clone);
                let rendered = rendered.and_then(|template| template.render(values));
                let rendered = rendered.map_err(|fault| (*span, fault))?;
                let scalar = Scalar {
                    text: rendered.text,
                    plain: rendered.bare,
                    tag: scalar.tag.clone(),
                };
                (*span, Content::Scalar(scalar))
            }
            Self::List(span, items) => {
                let items: Result<Vec<Node>, _> =
                    items.iter().map(|it| it.filled(values)).collect();
                (*span, Content::Sequence(items?))
            }
            Self::Map(span, entries) => {
                let entry = |(key, key_span, value): &(Scalar, Span, Self)| {
                    Ok(Entry {
                        key: key.clone(),
                        key_span: *key_span,
                        value: value.filled(values)?,
                    })
                };
                let entries: Result<Vec<Entry>, _> = entries.iter().map(entry).collect();
                (*span, Content::Mapping(entries?))
            }
        };
        Ok(Node { span, content })
    }
}
