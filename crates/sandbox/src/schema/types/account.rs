//! The organization, its user, and the tenants the user can enter.

use std::sync::Arc;

use crate::schema::answer::{Answer, Object};
use crate::schema::bind::{Bindings, Fields};
use crate::schema::call::Call;
use crate::schema::filter::{Filters, any, contains, exact, flag, since, until};
use crate::schema::page::{Listed, SortKey, Sorts, page};
use crate::world::account::{Organization, User};
use crate::world::component::Component;
use crate::world::id;

use super::integration_list;

pub(super) fn bind(bindings: &mut Bindings) {
    bindings.object("Organization", ORGANIZATION);
    bindings.fixed("Organization", ORGANIZATION_YES, || true.into());
    bindings.fixed("Organization", ORGANIZATION_NO, || false.into());
    bindings.fixed(
        "Organization",
        &["avatarUrl", "brandedElements", "planExpiresAt"],
        || Answer::Null,
    );
    bindings.object("User", USER);
    bindings.fixed("User", &["allowUpdate"], || true.into());
    bindings.fixed(
        "User",
        &[
            "allowChangeRoles",
            "allowRemove",
            "darkMode",
            "darkModeSyncWithOs",
            "hideSensitiveCustomerDataEnabled",
        ],
        || false.into(),
    );
    bindings.fixed(
        "User",
        &["externalId", "customer", "avatarUrl", "appAvatarUrl"],
        || Answer::Null,
    );
    bindings.listed::<User>("User");
    bindings.object("Role", ROLE);
    bindings.fixed("Role", &["allowRemove", "allowUpdate"], || false.into());
    bindings.object("UserTenantsConnection", TENANTS);
    bindings.object("UserTenantAccess", TENANT);
}

const ORGANIZATION: Fields<Organization> = &[
    ("id", |it, _| id::global("Organization", it.id).into()),
    ("name", |it, _| (&it.name).into()),
    ("marketplaceName", |it, _| (&it.name).into()),
    ("labels", |it, _| (&it.labels).into()),
    ("featureFlags", |_, _| "{}".into()),
    ("currentPlan", |_, _| "Sandbox".into()),
    ("concurrentExecutionLimit", |_, _| 100_i64.into()),
    ("concurrentLreLimit", |_, _| 10_i64.into()),
    ("instanceBillingTypes", |_, _| {
        (&vec!["STANDARD".to_owned()]).into()
    }),
    ("integrations", |_, call| {
        page(call, integration_list::listed(call))
    }),
    ("customers", |_, call| {
        page(call, call.world.customers.iter().map(Arc::clone))
    }),
    ("components", |_, call| {
        page::<Component>(
            call,
            call.world
                .components
                .iter()
                .filter(|it| it.latest)
                .map(Arc::clone),
        )
    }),
    ("users", |_, call| users(call)),
];

const ORGANIZATION_YES: &[&str] = &[
    "allowAddCustomer",
    "allowAddIntegration",
    "allowAddUser",
    "allowConfigureEmbedded",
    "allowEmbeddedDesigner",
    "allowEnableInstance",
    "allowExecuteInstance",
    "allowExecutionRetryConfig",
    "allowPublishComponent",
    "allowUpdate",
    "allowUserLevelConfig",
];

const ORGANIZATION_NO: &[&str] = &[
    "allowAddAlertGroup",
    "allowAddAlertWebhook",
    "allowAddConnectionTemplate",
    "allowAddCredential",
    "allowAddExternalLogStream",
    "allowAddScopedConfigVariable",
    "allowAddSigningKey",
    "allowAddWebhookEndpoint",
    "allowConfigureCredentials",
    "allowConfigureExternalLogStreams",
    "allowConfigureThemes",
    "allowConfiguringInstanceMemory",
    "allowCustomTheme",
    "allowDisablingInstanceOutputs",
    "allowEmbeddedWorkflowBuilder",
    "allowLongRunningExecutions",
    "allowOnPremAgent",
    "allowRemove",
    "allowViewBilling",
    "overdue",
    "overExecutionLimit",
    "systemSuspended",
    "usesBillingPortal",
];

const USER: Fields<User> = &[
    ("id", |it, _| id::global("User", it.id).into()),
    ("name", |it, _| (&it.name).into()),
    ("email", |it, _| (&it.email).into()),
    ("phone", |_, _| "".into()),
    ("role", |_, _| Answer::object(OWNER)),
    ("org", |_, call| {
        Answer::object(call.world.organization.clone())
    }),
    ("tenantId", |_, call| {
        call.world.organization.tenant.to_string().into()
    }),
    ("appName", |_, _| "Prismatic Sandbox".into()),
    ("marketplaceName", |_, call| {
        (&call.world.organization.name).into()
    }),
    ("featureFlags", |_, _| "{}".into()),
    ("dateJoined", |it, _| it.created_at.into()),
    ("createdAt", |it, _| it.created_at.into()),
    ("updatedAt", |it, _| it.created_at.into()),
];

impl Listed for User {
    const FILTERS: Filters<Self> = &[
        ("name", |value, _| exact(value, |it: &Self| &it.name)),
        ("name_Icontains", |value, _| {
            contains(value, |it: &Self| &it.name)
        }),
        ("email", |value, _| exact(value, |it: &Self| &it.email)),
        ("email_Icontains", |value, _| {
            contains(value, |it: &Self| &it.email)
        }),
        ("externalId", |_, _| Ok(Box::new(|_| false))),
        ("externalId_Isnull", |value, _| flag(value, |_| true)),
        ("customer", |_, _| Ok(Box::new(|_| false))),
        ("customer_Isnull", |value, _| flag(value, |_| true)),
        ("includeMarketplaceUsers", any),
        ("createdAt_Gte", |value, _| {
            since(value, |it: &Self| Some(it.created_at))
        }),
        ("createdAt_Lte", |value, _| {
            until(value, |it: &Self| Some(it.created_at))
        }),
        ("updatedAt_Gte", |value, _| {
            since(value, |it: &Self| Some(it.created_at))
        }),
        ("updatedAt_Lte", |value, _| {
            until(value, |it: &Self| Some(it.created_at))
        }),
    ];
    const SORTS: Sorts<Self> = &[
        ("CREATED_AT", |it, _| SortKey::Time(it.created_at)),
        ("UPDATED_AT", |it, _| SortKey::Time(it.created_at)),
        ("CUSTOMER", |_, _| SortKey::Nothing),
        ("ROLE", |_, _| SortKey::Nothing),
        ("EMAIL", |it, _| SortKey::text(&it.email)),
        ("NAME", |it, _| SortKey::text(&it.name)),
    ];
}

/// Every user: the one who is signed in.
pub(super) fn users(call: &Call<'_>) -> Answer {
    page(call, [Arc::new(call.world.user.clone())])
}

/// A role, with its level: the lower, the more it may do.
#[derive(Debug, Clone, Copy)]
struct Role(&'static str, &'static str, i64);

const OWNER: Role = Role("Owner", "May do everything in the organization.", 0);
const ORGANIZATION_ROLES: [Role; 2] = [OWNER, Role("Member", "May look at everything.", 100)];
const CUSTOMER_ROLES: [Role; 2] = [
    Role("Admin", "May change everything of the customer.", 0),
    Role("Member", "May look at everything of the customer.", 100),
];

const ROLE: Fields<Role> = &[
    ("id", |it, _| {
        id::global("Role", id::part(uuid::Uuid::NAMESPACE_OID, "role", it.1)).into()
    }),
    ("name", |it, _| it.0.into()),
    ("description", |it, _| it.1.into()),
    ("level", |it, _| it.2.into()),
];

/// The roles of the organization's own people, or of its customers'.
pub(super) fn roles(customers: bool) -> Answer {
    let roles = if customers {
        CUSTOMER_ROLES
    } else {
        ORGANIZATION_ROLES
    };
    Answer::Objects(
        roles
            .into_iter()
            .map(|role| Arc::new(role) as Object)
            .collect(),
    )
}

/// The tenants of the user.
pub(super) struct Tenants;
struct Tenant;

const TENANTS: Fields<Tenants> = &[("nodes", |_, _| Answer::Objects(vec![Arc::new(Tenant)]))];

const TENANT: Fields<Tenant> = &[
    ("tenantId", |_, call| {
        call.world.organization.tenant.to_string().into()
    }),
    ("url", |_, call| (&call.session.origin).into()),
    ("orgName", |_, call| (&call.world.organization.name).into()),
    ("awsRegion", |_, _| "us-east-2".into()),
    ("isCurrentStack", |_, _| true.into()),
    ("systemSuspended", |_, _| false.into()),
];
