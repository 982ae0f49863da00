//! Shared connections, where they are asked for.

use super::*;
use crate::diff::testing::{connection_type, shown};
use crate::model::ConnectionValueId;

fn world() -> World {
    let mut world = World::new();
    let text = definition("Acme ERP", "https://a");
    let text = text.replace("flows:", "- key: ERP\n  dataType: connection\nflows:");
    world.live("i1", &text);
    let live = world.live_connection("s1", "erp");
    "Shared".clone_into(&mut live.text);
    "ERP".clone_into(&mut live.display_name);
    live.inputs = shown(&[("host", "a"), ("password", "*****")]);
    live.holds_for("v1", "smith", &[("user", "smith"), ("token", "NA")]);
    world.live_connection("s2", "theirs").labels = vec!["gitops:q/x".to_owned()];
    let system = world.live_connection("s3", "system");
    system.managed_by = None;
    let kind = connection_type();
    let id = Observed::Known("type-1".to_owned());
    world.tenant.connection_types.insert(kind, id);
    let instance = world.live_instance("n1", "i1", "smith");
    if let Observed::Known(config) = &mut instance.config {
        let variable = config.get_mut("ERP").unwrap();
        variable.bound = Some(ConnectionValueId::new("v1"));
        variable.shared = true;
    }
    world
}

fn with_connections(world: &World) -> Export {
    let options = Options {
        connections: true,
        ..options()
    };
    export(&world.tenant, &options).unwrap()
}

#[test]
fn connections_are_declared_with_references_to_their_secrets() {
    let export = with_connections(&world());
    assert_eq!(export.connections, 1);
    assert_eq!(
        file(&export, "connections/erp.yaml"),
        "\
apiVersion: prism-gitops/v1
kind: Connection
metadata:
  name: erp
spec:
  key: ERP
  component:
    key: sftp
    public: true
  connection: basic
  scope: customer
  managedBy: org
  description: Shared
  inputs:
    host: a
    password:
      secret:
        env: ERP_PASSWORD
  customers:
    smith:
      inputs:
        token:
          secret:
            env: ERP_SMITH_TOKEN
        user: smith
  adopt:
    id: s1
"
    );
    let secrets: Vec<_> = export
        .secrets
        .iter()
        .map(|it| it.variable.as_str())
        .collect();
    assert_eq!(secrets, ["ERP_PASSWORD", "ERP_SMITH_TOKEN"]);
    assert_eq!(
        notes(&export),
        "LeftOut: connection \"system\" (s3): Prismatic itself manages it\n\
         LeftOut: connection \"theirs\" (s2): it belongs to another project: gitops:q/x"
    );
    let instance = file(&export, "instances/smith-hardware-n1.yaml");
    assert!(
        instance.contains("connection:\n        ref: erp\n"),
        "{instance}"
    );
}

#[test]
fn without_being_asked_for_a_bound_variable_is_left_out() {
    let export = exported(&world());
    assert_eq!(export.connections, 0);
    assert!(notes(&export).contains("its connection is shared across instances"));
    let mut files = export.files.iter();
    assert!(files.all(|file| !file.path.starts_with("connections/")));
}

#[test]
fn a_plan_of_what_was_exported_adopts_alone() {
    let world = world();
    let plan = plan_of(&world, &with_connections(&world));
    assert!(plan.resources.iter().all(|it| it.changes.is_empty()));
    assert!(plan.steps.iter().all(|step| step.action == Action::Adopt));
}
