//! Inputs that several mutations share.

use uuid::Uuid;

use crate::schema::call::Args;
use crate::world::configure::NewSetting;
use crate::world::instance::FlowSetting;
use crate::world::integration::{Attachment, FlowTest};
use crate::world::shared::NewInput;
use crate::world::{Change, World};

/// The id of the object to change. Nothing has the nil uuid, so an absent id finds nothing.
pub(super) fn target(input: Args<'_>, kind: &str) -> Uuid {
    input.id(kind, "id").unwrap_or_default()
}

/// The values of config variables.
pub(super) fn settings(input: Args<'_>, name: &str) -> Option<Vec<NewSetting>> {
    let setting = |value: Args<'_>| NewSetting {
        key: value.text("key").unwrap_or_default(),
        value: value.text("value"),
        values: value.text("values"),
        schedule_type: value.text("scheduleType"),
        time_zone: value.text("timeZone"),
        shared: value.id("CustomerConfigVariable", "customerConfigVariableId"),
    };
    Some(input.objects(name)?.into_iter().map(setting).collect())
}

/// The settings of flows.
pub(super) fn flows(input: Args<'_>) -> Option<Vec<(Uuid, FlowSetting)>> {
    let flow = |value: Args<'_>| {
        let setting = FlowSetting {
            api_keys: value.texts("apiKeys").unwrap_or_default(),
            content_type: value.text("testContentType"),
            headers: value.text("testHeaders"),
            payload: value.text("testPayload"),
            long_running: value.flag("usesLre").unwrap_or(false),
        };
        (
            value.id("IntegrationFlow", "flowId").unwrap_or_default(),
            setting,
        )
    };
    Some(
        input
            .objects("flowConfigs")?
            .into_iter()
            .map(flow)
            .collect(),
    )
}

/// What tests of flows send.
pub(super) fn flow_tests(input: Args<'_>) -> Vec<(Uuid, FlowTest)> {
    let flow = |value: Args<'_>| {
        let test = FlowTest {
            content_type: value.text("testContentType"),
            headers: value.text("testHeaders"),
            payload: value.text("testPayload"),
            organization_api_keys: value.texts("organizationApiKeys").unwrap_or_default(),
        };
        (value.id("IntegrationFlow", "id").unwrap_or_default(), test)
    };
    input
        .objects("flows")
        .unwrap_or_default()
        .into_iter()
        .map(flow)
        .collect()
}

/// What tests of the integration's own endpoint send.
pub(super) fn endpoint_test(input: Args<'_>) -> FlowTest {
    FlowTest {
        content_type: input.text("endpointConfigTestContentType"),
        headers: input.text("endpointConfigTestHeaders"),
        payload: input.text("endpointConfigTestPayload"),
        organization_api_keys: Vec::new(),
    }
}

/// The attachments to add and to take away. To rename is both.
pub(super) fn attachments(input: Args<'_>) -> (Option<Attachment>, Option<Attachment>) {
    let attachment = |value: Args<'_>, name: &str| Attachment {
        name: value.text(name).unwrap_or_default(),
        url: value.text("url").unwrap_or_default(),
    };
    if let Some(rename) = input.object("renameAttachment") {
        return (
            Some(attachment(rename, "name")),
            Some(attachment(rename, "oldName")),
        );
    }
    let get = |field| input.object(field).map(|value| attachment(value, "name"));
    (get("addAttachment"), get("removeAttachment"))
}

/// Refuses references to values of shared connections that are not there, or another customer's.
pub(super) fn check_shared_values(
    world: &World,
    customer: Option<Uuid>,
    input: Args<'_>,
    name: &str,
) -> Change<()> {
    for value in input.objects(name).unwrap_or_default() {
        if let Some(id) = value.id("CustomerConfigVariable", "customerConfigVariableId") {
            world.check_shared(name, id, customer.unwrap_or_default())?;
        }
    }
    Ok(())
}

/// The inputs of a shared connection.
pub(super) fn connection_inputs(input: Args<'_>) -> Vec<NewInput> {
    let new = |value: Args<'_>| NewInput {
        name: value.text("name").unwrap_or_default(),
        kind: value.text("type"),
        value: value.text("value"),
    };
    let all = input.objects("inputs").unwrap_or_default();
    all.into_iter().map(new).collect()
}
