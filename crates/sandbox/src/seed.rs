//! What a new sandbox holds.

mod demo;
mod file;
mod generate;

use std::path::Path;

use jiff::Timestamp;

use self::file::Described;
use super::SandboxError;
use super::behaviour::Behaviour;
use super::options::{Options, Seed};
use super::world::{Moment, World};

/// A seed that was read: its switches count at every start, its world at the first only.
pub(super) struct Planted<'a> {
    pub(super) behaviour: Behaviour,
    seed: &'a Seed,
    described: Option<Described>,
    now: Timestamp,
}

/// Reads the seed of a sandbox.
pub(super) fn plant(options: &Options, now: Timestamp) -> Result<Planted<'_>, SandboxError> {
    let described = match &options.seed {
        Seed::File(path) => Some(file::read(path)?),
        Seed::Text { text, folder } => Some(file::parse(folder, text)?),
        Seed::Demo | Seed::Number(_) | Seed::Empty => None,
    };
    let own = described
        .as_ref()
        .and_then(|described| described.behaviour.clone());
    Ok(Planted {
        behaviour: own.unwrap_or_else(|| options.behaviour.clone()),
        seed: &options.seed,
        described,
        now,
    })
}

impl Planted<'_> {
    /// The world that the seed describes.
    pub(super) fn world(&self) -> Result<World, SandboxError> {
        let moment = Moment {
            now: self.now,
            behaviour: &self.behaviour,
        };
        let world = match (self.seed, &self.described) {
            (Seed::File(path), Some(described)) => {
                let folder = path.parent().unwrap_or_else(|| Path::new("."));
                return described.world((path, folder), moment);
            }
            (Seed::Text { folder, .. }, Some(described)) => {
                return described.world((folder, folder), moment);
            }
            (Seed::Number(number), _) => generate::from_number(*number, moment),
            (Seed::Demo, _) => Ok(demo::world(moment)),
            (Seed::Empty | Seed::File(_) | Seed::Text { .. }, _) => {
                Ok(World::new("Sandbox", self.now))
            }
        };
        world.map_err(|message| invalid(Path::new("number"), message))
    }
}

fn invalid(path: &Path, message: impl Into<String>) -> SandboxError {
    SandboxError::Seed {
        path: path.to_owned(),
        message: message.into(),
    }
}

/// A refusal in one sentence.
fn reason(refusal: &super::world::Refusal) -> String {
    match refusal {
        super::world::Refusal::NotFound => "something it refers to does not exist".to_owned(),
        super::world::Refusal::Invalid(problems) => {
            let problems = problems.iter();
            let texts = problems.map(|it| format!("{}: {}", it.field, it.messages.join(" ")));
            texts.collect::<Vec<_>>().join("; ")
        }
    }
}
