//! Creates customers. An existing customer is used, regardless of who created it, and none is ever removed.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::creation::{Pending, Target};
use super::writer::Writer;
use crate::journal::{Ask, Candidate, Creation, Effect, Settled, Settling, Shown, Standing};
use crate::model::{CustomerId, CustomerSighting};
use crate::prismatic::error::{Effect as Fate, ErrorKind, PlatformError, Refusal};
use crate::prismatic::platform::{CustomerUpdate, NewCustomer, PlatformResult};

const OPERATION: &str = "createCustomer";

/// A customer to create.
struct NewOne {
    new: NewCustomer,
    /// What our own reply gave.
    reply: Arc<Mutex<Option<CustomerSighting>>>,
}

#[async_trait]
impl Target for NewOne {
    fn operation(&self) -> &'static str {
        OPERATION
    }

    fn noun(&self) -> String {
        format!("customer {:?}", self.new.name)
    }

    fn effect(&self) -> Effect {
        Effect::CreateCustomer {
            external_id: self.new.external_id.clone(),
            name: self.new.name.clone(),
        }
    }

    fn shown(&self, id: &str) -> Shown {
        let reply = self.reply.lock().unwrap_or_else(PoisonError::into_inner);
        let reply = reply.as_ref().filter(|reply| reply.id.as_str() == id);
        Shown::Customer {
            id: CustomerId::new(id),
            updated_at: reply.and_then(|reply| reply.updated_at),
        }
    }

    async fn look(&self, writer: &Writer<'_>) -> PlatformResult<Vec<Candidate>> {
        let NewCustomer {
            name, external_id, ..
        } = &self.new;
        let all = writer.platform.find_customers(external_id, name).await?;
        let ours: Vec<_> = all.iter().filter(|it| is_of(it, external_id)).collect();
        let named = |it: &&CustomerSighting| it.name.as_deref().map(str::trim) == Some(name.trim());
        if ours.is_empty()
            && let Some(other) = all.iter().find(named)
        {
            return Err(taken(other));
        }
        let candidate = |one: &CustomerSighting| Candidate {
            id: one.id.as_str().to_owned(),
            created_at: one.created_at,
            // Other systems may rely on it from the first moment: it is used, and never waited for.
            used: true,
        };
        Ok(ours.into_iter().map(candidate).collect())
    }

    async fn send(&self, writer: &Writer<'_>) -> PlatformResult<String> {
        let created = match writer.platform.create_customer(&self.new).await {
            Ok(created) => created,
            Err(error) if is_taken(&error) => return self.made_by_another(writer, error).await,
            Err(error) => return Err(error),
        };
        let id = created.id.as_str().to_owned();
        *self.reply.lock().unwrap_or_else(PoisonError::into_inner) = Some(created);
        Ok(id)
    }

    async fn remove(&self, _: &Writer<'_>, _: &str) -> PlatformResult<()> {
        // Nothing asks for it, since all of them count as used; and nothing would happen.
        Ok(())
    }
}

impl NewOne {
    /// The server reports that another customer has the name or the external id, and the look before did not
    /// show it: another writer was faster, and its customer may not be visible at once.
    async fn made_by_another(
        &self,
        writer: &Writer<'_>,
        refused: PlatformError,
    ) -> PlatformResult<String> {
        let mut settling = Settling::since(writer.terms(), writer.clock.boottime());
        loop {
            let began = writer.clock.boottime();
            let next = match self.look(writer).await {
                Ok(found) => match found.into_iter().next() {
                    Some(one) => {
                        writer.notice(format!(
                            "{} was created by another run meanwhile ({}); that one is used",
                            self.noun(),
                            one.id
                        ));
                        return Ok(one.id);
                    }
                    None => settling.absent(began),
                },
                Err(error) if error.is_transient() => settling.unread(began),
                Err(error) => return Err(error),
            };
            match next {
                Settled::Look(at) => super::sleep_until(writer.clock, at).await,
                // What is in the way is not what is wanted.
                Settled::Absent | Settled::Unread => return Err(refused),
            }
        }
    }
}

/// Whether a customer has exactly this external id.
pub(super) fn is_of(one: &CustomerSighting, external_id: &str) -> bool {
    one.external_id.as_deref().map(str::trim) == Some(external_id.trim())
}

/// Whether the server refused a create because another has a value that must be unique.
fn is_taken(error: &PlatformError) -> bool {
    let ErrorKind::Refused(refusals) = &error.kind else {
        return false;
    };
    let unique = |it: &Refusal| ["name", "externalId"].contains(&it.field.as_str());
    error.effect == Fate::None && refusals.iter().any(unique)
}

fn taken(other: &CustomerSighting) -> PlatformError {
    let whose = match &other.external_id {
        Some(external) => format!("with externalId {external:?}"),
        None => "without an externalId".to_owned(),
    };
    PlatformError {
        operation: OPERATION,
        kind: ErrorKind::Refused(vec![Refusal {
            field: "name".to_owned(),
            messages: vec![format!(
                "customer {} has this name, {whose}; it was not in the list; nothing was created, run again",
                other.id
            )],
        }]),
        effect: Fate::None,
    }
}

impl Writer<'_> {
    pub(super) async fn new_customer(&self, new: &NewCustomer) -> PlatformResult<CustomerSighting> {
        let reply = Arc::default();
        let target = NewOne {
            new: new.clone(),
            reply: Arc::clone(&reply),
        };
        let first = Ask::Look(self.clock.boottime());
        let creation = Creation::new(self.terms());
        let pending = Arc::new(Pending::new(Box::new(target), creation, first));
        let id = CustomerId::new(pending.create(self).await?);
        self.state().customers.insert(id.clone(), pending);
        let reply = reply.lock().unwrap_or_else(PoisonError::into_inner).take();
        let ours = reply.filter(|reply: &CustomerSighting| reply.id == id);
        Ok(ours.unwrap_or_else(|| CustomerSighting::of(id)))
    }

    /// Makes certain that a created customer is visible, so that a run without a store leaves no open
    /// question.
    pub(super) async fn confirm_customer(
        &self,
        id: &CustomerId,
    ) -> PlatformResult<Option<Standing>> {
        let pending = self.state().customers.get(id).cloned();
        match pending {
            Some(pending) => pending.confirm(self).await.map(Some),
            None => Ok(None),
        }
    }

    pub(super) async fn change_customer(
        &self,
        update: &CustomerUpdate,
    ) -> PlatformResult<CustomerSighting> {
        let ours = self.state().customers.contains_key(&update.id);
        let work = || self.platform.update_customer(update);
        let sighting = self.repeated(ours, work).await?;
        let shown = Shown::Customer {
            id: sighting.id.clone(),
            updated_at: sighting.updated_at,
        };
        self.close(None, Some(shown)).await;
        Ok(sighting)
    }
}
