//! The lists: flags to a request, its pages to stdout.

use serde_json::Value;

use crate::cli::args::filters::{
    Components, Customers, Filters, Instances, Integrations, Takes, moment,
};
use crate::cli::args::{FlowsArgs, FormArgs, ListArgs, Output, PageArgs, VersionsArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::lookup::{self, id_of};
use crate::cli::show::cell;
use crate::cli::show::listing::{Columns, End, Listing};
use crate::cli::tenant::Chosen;
use crate::cli::ui::Ui;
use crate::model::nearest;
use crate::prismatic::catalog::{Collection, ListPage, ListRequest, Window, is_version};

/// The default columns of a list, and which field is a record's name.
pub(super) struct Look {
    pub(super) columns: &'static [&'static str],
    pub(super) name: &'static str,
    /// The id of a record that is left out where the list has it.
    pub(super) draft: Option<String>,
}

pub(super) async fn integrations(
    ui: &Ui,
    args: &ListArgs<Integrations>,
    tenant: Chosen,
) -> Result<Exit, CliError> {
    let look = Look {
        columns: &[
            "name",
            "versionNumber",
            "hasUnpublishedChanges",
            "category",
            "labels",
            "updatedAt",
        ],
        name: "name",
        draft: None,
    };
    let request = filtered(&tenant, Collection::Integrations, &args.filters).await?;
    show(ui, &tenant, request, &args.page, &args.form, &look).await
}

pub(super) async fn instances(
    ui: &Ui,
    args: &ListArgs<Instances>,
    tenant: Chosen,
) -> Result<Exit, CliError> {
    let look = Look {
        columns: &[
            "name",
            "customer.name",
            "integration.name",
            "integration.versionNumber",
            "enabled",
            "needsDeploy",
            "inFailedState",
        ],
        name: "name",
        draft: None,
    };
    let request = filtered(&tenant, Collection::Instances, &args.filters).await?;
    let request = no_system(request, &args.filters)?;
    show(ui, &tenant, request, &args.page, &args.form, &look).await
}

pub(super) async fn customers(
    ui: &Ui,
    args: &ListArgs<Customers>,
    tenant: Chosen,
) -> Result<Exit, CliError> {
    let look = Look {
        columns: &["name", "externalId", "description", "labels", "createdAt"],
        name: "name",
        draft: None,
    };
    let request = filtered(&tenant, Collection::Customers, &args.filters).await?;
    let request = no_system(request, &args.filters)?;
    show(ui, &tenant, request, &args.page, &args.form, &look).await
}

pub(super) async fn components(
    ui: &Ui,
    args: &ListArgs<Components>,
    tenant: Chosen,
) -> Result<Exit, CliError> {
    let look = Look {
        columns: &["key", "label", "versionNumber", "public", "category"],
        name: "key",
        draft: None,
    };
    let request = filtered(&tenant, Collection::Components, &args.filters).await?;
    show(ui, &tenant, request, &args.page, &args.form, &look).await
}

pub(super) async fn flows(ui: &Ui, args: &FlowsArgs, tenant: Chosen) -> Result<Exit, CliError> {
    let look = Look {
        columns: &["name", "isSynchronous", "lastExecutedAt", "id"],
        name: "name",
        draft: None,
    };
    let integration = lookup::integration(&tenant, &args.integration).await?;
    let request = ListRequest::of(Collection::Flows(id_of(&integration).to_owned()));
    show(ui, &tenant, request, &args.page, &args.form, &look).await
}

pub(super) async fn versions(
    ui: &Ui,
    args: &VersionsArgs,
    tenant: Chosen,
) -> Result<Exit, CliError> {
    let (given, args) = (&args.integration, &args.list);
    let integration = lookup::integration(&tenant, given).await?;
    let id = id_of(&integration);
    let look = Look {
        columns: &[
            "versionNumber",
            "versionAttributes.commitHash",
            "versionCreatedAt",
            "versionCreatedBy.email",
            "versionIsAvailable",
            "versionComment",
        ],
        name: "versionNumber",
        draft: (!is_own_version(&integration, given)).then(|| id.to_owned()),
    };
    let collection = Collection::Versions(id.to_owned());
    let request = filtered(&tenant, collection, &args.filters).await?;
    show(ui, &tenant, request, &args.page, &args.form, &look).await
}

/// The request with the filters that were given; names in them are looked up.
pub(super) async fn filtered<L>(
    tenant: &Chosen,
    collection: Collection,
    filters: &Filters<L>,
) -> Result<ListRequest, CliError> {
    let mut request = ListRequest::of(collection);
    for (flag, text) in filters.given() {
        let (filter, text) = match flag.takes {
            Takes::Text(_) | Takes::Truth => (flag.filter, text.clone()),
            Takes::Marketplace => marketplace(text),
            Takes::Customer => {
                let found = lookup::customer(tenant, text).await?;
                (flag.filter, id_of(&found).to_owned())
            }
            Takes::Integration => {
                let found = lookup::integration(tenant, text).await?;
                of_integration(&found, text)
            }
            Takes::Sequence => {
                let found = lookup::integration(tenant, text).await?;
                (flag.filter, cell::plain(&found["versionSequenceId"]))
            }
            Takes::Untruth => (flag.filter, (text != "true").to_string()),
            Takes::Moment => {
                let moment = moment(text, tenant.now()).map_err(CliError::user)?;
                (flag.filter, moment.to_string())
            }
        };
        let added = request.filter(filter, &text);
        request = added.map_err(|error| {
            CliError::user(format!("--{} cannot be used", flag.flag)).because(&error)
        })?;
    }
    Ok(request)
}

/// The filter for the instances of an integration. An instance points to the record of its
/// version, and the id of the draft is not documented to match the versions too: the sequence
/// does. A user who gives a version's own id means that version.
fn of_integration(record: &Value, given: &str) -> (&'static str, String) {
    match record["versionSequenceId"].as_str() {
        Some(sequence) if !is_own_version(record, given) => {
            ("integration_VersionSequenceId", sequence.to_owned())
        }
        _ => ("integration", id_of(record).to_owned()),
    }
}

/// Whether a record is a published version that was given by its own id.
fn is_own_version(record: &Value, given: &str) -> bool {
    id_of(record) == given && !record["versionCreatedAt"].is_null()
}

/// The manifests' words for what the marketplace shows, or the API's own.
fn marketplace(text: &str) -> (&'static str, String) {
    let words = text.split(',').map(|word| match word.trim() {
        "deployable" => "AVAILABLE_AND_DEPLOYABLE".to_owned(),
        "listed" => "AVAILABLE_NOT_DEPLOYABLE".to_owned(),
        "hidden" => "NOT_AVAILABLE_IN_MARKETPLACE".to_owned(),
        other => other.to_owned(),
    });
    let words: Vec<String> = words.collect();
    match words.as_slice() {
        [one] => ("marketplaceConfiguration_Iexact", one.clone()),
        several => ("marketplaceConfiguration_In", several.join(",")),
    }
}

/// As prism lists them: instances for test runs are left out by default.
fn no_system<L>(request: ListRequest, filters: &Filters<L>) -> Result<ListRequest, CliError> {
    let given = filters.given().iter();
    if given.into_iter().any(|(flag, _)| flag.filter == "isSystem") {
        return Ok(request);
    }
    let request = request.filter("isSystem", "false");
    request.map_err(|error| CliError::bug("a filter is not known").because(&error))
}

pub(super) async fn show(
    ui: &Ui,
    tenant: &Chosen,
    request: ListRequest,
    page: &PageArgs,
    form: &FormArgs,
    look: &Look,
) -> Result<Exit, CliError> {
    let columns = columns(ui, request.collection(), form, look)?;
    let mut request = sorted(request, form)?;
    request.window = window(page);
    let mut listing = Listing::new(ui, columns);
    let draft = look.draft.as_deref();
    if request.window == Window::default() {
        return whole(ui, tenant, &request, listing, draft).await;
    }
    let mut found = tenant.client.list(&request).await?;
    let gaps = found.take_gaps();
    // The count stays the server's: whether it holds a draft on another page is not known.
    drop_draft(&mut found, draft);
    listing.page(&found)?;
    if let Some(error) = gaps.error() {
        let error = CliError::from(error).of(&tenant.connection);
        return broken(
            ui,
            listing,
            found.total_count,
            error,
            Some(&found.page_info),
        );
    }
    listing.end(found.total_count, &End::Page(&found.page_info))?;
    Ok(Exit::Done)
}

/// Shows records that were made here, as a list that was read to its end.
pub(super) fn show_nodes(ui: &Ui, nodes: Vec<Value>, look: &Look) -> Result<(), CliError> {
    let columns = Columns {
        paths: look.columns.iter().copied().map(str::to_owned).collect(),
        heading: true,
        name: look.name,
    };
    let mut listing = Listing::new(ui, columns);
    let total = nodes.len() as u64;
    listing.page(&ListPage::of(nodes))?;
    listing.end(Some(total), &End::Whole)
}

/// Follows the pages; each is written before the next is asked for.
async fn whole(
    ui: &Ui,
    tenant: &Chosen,
    request: &ListRequest,
    mut listing: Listing<'_>,
    draft: Option<&str>,
) -> Result<Exit, CliError> {
    let mut pages = tenant.client.pages(request);
    let (mut total, mut drafts) = (None, 0);
    // A reader that went away (`| head`) wants no more pages.
    while !ui.is_closed() {
        let next: Result<Option<ListPage>, _> = pages.next().await;
        match next {
            Ok(None) => break,
            Ok(Some(mut page)) => {
                total = page.total_count.or(total);
                drafts += drop_draft(&mut page, draft);
                listing.page(&page)?;
            }
            Err(error) => {
                let error = CliError::from(error).of(&tenant.connection);
                return broken(ui, listing, total, error, None);
            }
        }
    }
    listing.end(total.map(|total| total.saturating_sub(drafts)), &End::Whole)?;
    Ok(Exit::Done)
}

/// Leaves the draft out of a page of versions; says how many records that were.
fn drop_draft(page: &mut ListPage, draft: Option<&str>) -> u64 {
    let Some(draft) = draft else { return 0 };
    let all = page.nodes.len();
    page.nodes.retain(|node| is_version(node, draft));
    (all - page.nodes.len()) as u64
}

/// A document that was begun is ended, with the error in it; otherwise only the error is printed.
fn broken(
    ui: &Ui,
    listing: Listing<'_>,
    total: Option<u64>,
    error: CliError,
    page: Option<&Value>,
) -> Result<Exit, CliError> {
    if !listing.has_begun() || !matches!(ui.output(), Output::Json | Output::Yaml) {
        return Err(error);
    }
    listing.end(total, &End::Broken(&error, page))?;
    if ui.output() == Output::Yaml {
        return Err(error);
    }
    Ok(error.exit())
}

fn window(page: &PageArgs) -> Window {
    Window {
        first: page.first,
        last: page.last,
        after: page.after.clone(),
        before: page.before.clone(),
        offset: page.offset,
    }
}

fn sorted(request: ListRequest, form: &FormArgs) -> Result<ListRequest, CliError> {
    let Some(text) = &form.sort else {
        return Ok(request);
    };
    let (field, descending) = match text.strip_prefix('-') {
        Some(field) => (field, true),
        None => (text.as_str(), false),
    };
    let sorted = request.sorted(field, descending);
    sorted.map_err(|error| CliError::user(format!("--sort {text}: {error}")))
}

/// The columns that were chosen, else the usual ones; a program gets all of them.
fn columns(
    ui: &Ui,
    collection: &Collection,
    form: &FormArgs,
    look: &Look,
) -> Result<Columns, CliError> {
    let known = collection.fields();
    // What a version was made from is JSON within a text.
    let attribute = |path: &str| {
        let head = path.split('.').next().unwrap_or_default();
        head == "versionAttributes" && known.iter().any(|it| it == head)
    };
    let unknown = form.columns.iter();
    let unknown = { unknown }.find(|path| !known.contains(path) && !attribute(path));
    if let Some(unknown) = unknown {
        let meant = nearest(unknown, known.iter().map(String::as_str))
            .map(|name| format!("did you mean {name}? "));
        return Err(
            CliError::user(format!("--columns: this list has no field {unknown:?}")).hint(format!(
                "{}it has {}",
                meant.unwrap_or_default(),
                known.join(", ")
            )),
        );
    }
    let paths = match (form.columns.is_empty(), ui.output()) {
        (false, _) => form.columns.clone(),
        (true, Output::Csv) => known,
        (true, _) => look.columns.iter().copied().map(str::to_owned).collect(),
    };
    Ok(Columns {
        paths,
        heading: !form.no_header,
        name: look.name,
    })
}
