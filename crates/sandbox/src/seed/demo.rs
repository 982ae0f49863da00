//! The demonstration tenant.

use crate::world::catalogue::{COMMON, NewComponent};
use crate::world::component::{Action, Connection};
use crate::world::customers::CustomerFields;
use crate::world::{Moment, World};

/// Its customers, with the external ids `cust-0001` and so on.
const CUSTOMERS: [(&str, &str); 6] = [
    ("Smith Hardware", "Family-run hardware stores in Ohio"),
    ("Jones Logistics", "Regional freight, 40 lorries"),
    ("Nordwind GmbH", "Wind turbine maintenance in Bremen"),
    ("Tanaka Robotics", "Assembly line robots"),
    ("Lumen Health", "Clinics in three states"),
    ("Café Aurore", "Coffee roasters and shops"),
];

/// Acme Inc with its customers and the common components, and no integrations.
pub(super) fn world(moment: Moment<'_>) -> World {
    let mut world = World::new("Acme Inc", moment.now);
    for (place, (name, description)) in CUSTOMERS.iter().enumerate() {
        // The names and ids above are distinct, so that nothing can refuse them.
        let _ = world.create_customer(
            moment,
            CustomerFields {
                name: Some((*name).to_owned()),
                description: Some((*description).to_owned()),
                external_id: Some(format!("cust-{:04}", place + 1)),
                ..CustomerFields::default()
            },
        );
    }
    common_components(&mut world, moment);
    world
}

/// Adds the newest versions of the common components, and one version before them.
pub(super) fn common_components(world: &mut World, moment: Moment<'_>) {
    for (key, _, _, newest) in COMMON {
        for number in [newest - 1, *newest] {
            let new = NewComponent {
                key: (*key).to_owned(),
                public: true,
                number,
                actions: actions(key),
                connections: connections(key),
                ..NewComponent::default()
            };
            world.add_component(moment, new);
        }
    }
}

/// Those with whose help shared connections can be tried; what is said of consent is what their keys say too.
fn connections(component: &str) -> Vec<Connection> {
    let named = |key: &str, label: &str, oauth2: Option<&str>| Connection {
        key: key.to_owned(),
        label: label.to_owned(),
        oauth2: oauth2.map(str::to_owned),
    };
    match component {
        "slack" => vec![named(
            "oauth2",
            "Slack OAuth 2.0",
            Some("AUTHORIZATION_CODE"),
        )],
        "aws-s3" => vec![named("apiKeySecret", "Amazon Access Key and Secret", None)],
        "sftp" | "http" => vec![named("basic", "Basic Username/Password", None)],
        _ => Vec::new(),
    }
}

fn actions(component: &str) -> Vec<Action> {
    let named = |key: &str, label: &str, trigger| Action {
        key: key.to_owned(),
        label: label.to_owned(),
        trigger,
        data_source: false,
    };
    match component {
        "webhook-triggers" => vec![named("webhook", "Webhook", true)],
        "schedule-triggers" => vec![named("schedule", "Schedule", true)],
        "management-triggers" => vec![
            named("instanceDeploy", "Instance Deploy", true),
            named("instanceRemove", "Instance Remove", true),
        ],
        "http" => vec![
            named("httpGet", "GET Request", false),
            named("httpPost", "POST Request", false),
        ],
        "code" => vec![named("runCode", "Code Block", false)],
        "log" => vec![named("writeLog", "Write Log Message", false)],
        _ => Vec::new(),
    }
}
