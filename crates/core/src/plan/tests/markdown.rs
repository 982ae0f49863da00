//! The comment under a pull request, and long lists on a terminal.

use super::*;
use crate::plan::GuardViolation;

/// What GitHub takes.
const COMMENT: usize = 65_000;

/// A fleet of `size` instances, all on version 1 while 2 is the newest.
fn fleet(size: usize) -> World {
    let mut world = in_step();
    world.declare_instance("blank", "acme", "smith");
    let versions = &mut world.tenant.integrations.items[0].versions.items;
    let mut second = versions[0].clone();
    second.id = crate::model::VersionId::new("i1-v2");
    second.number = 2;
    versions.insert(0, second);
    let template = world.tenant.instances.items[0].clone();
    for index in 0..size {
        let key = format!("n{index:05}");
        world
            .declare_instance(&key, "acme", "smith")
            .set("Endpoint", scalar("https://e"));
        let mut live = template.clone();
        live.id = crate::model::InstanceId::new(format!("id-{key}"));
        live.name = key.clone();
        live.labels = vec![format!("gitops:p/{key}")];
        world.tenant.instances.items.push(live);
    }
    world
}

/// Every third instance of the live fleet is no longer declared, and is switched off.
fn thinned(size: usize) -> Plan {
    let mut world = fleet(size);
    let gone = |name: &str| name.starts_with('n') && name[1..].parse::<usize>().unwrap() % 3 == 0;
    world.desired.instances.retain(|it| !gone(it.name.as_str()));
    let mut context = context();
    context.policy.prune = PrunePolicy::Disable;
    world.with(|inputs, changes| build(inputs, changes, &context))
}

#[test]
fn it_fits_a_comment_whatever_the_size() {
    let mut plan = thinned(6);
    let some = plan.resources.clone();
    for size in [0, 1, 500, 20_000] {
        let many = some.iter().cycle().take(size).cloned().enumerate();
        let renamed = many.map(|(index, mut one)| {
            one.address.name = crate::diff::testing::name(&format!("n{index:05}"));
            one
        });
        plan.resources = renamed.collect();
        let text = markdown(&plan);
        assert!(text.len() < COMMENT, "{size}: {}", text.len());
        for (index, one) in plan.resources.iter_mut().enumerate() {
            one.reason = format!("no two alike: {index}");
        }
        let text = markdown(&plan);
        assert!(text.len() < COMMENT, "{size}: {}", text.len());
    }
}

#[test]
fn the_same_of_many_is_told_once_and_what_is_switched_off_first() {
    let mut plan = thinned(500);
    plan.digest = "sha256:…".to_owned();
    let text = markdown(&plan);
    let names = text.find("- 334 instances").unwrap();
    assert_snapshot!(&text[..text.find("<details>").unwrap()], @r#"
    ### prism-gitops: p → prod

    **Plan: 0 to create, 334 to update, 0 to publish, 334 to deploy, 167 to disable, 0 to delete. 1 unchanged, 1 blocked, 0 pending.**

    Touches 501 instances of 1 customer; 835 steps, about 55 s at the rate limit.

    > **Refused by a guard:** policy.guards.disables: 167 of 501 managed instances; the limit is 30%

    | | what | resource | why |
    | --- | --- | --- | --- |
    | `-` | disable | 167 instances: `Instance/n00000` for Smith Hardware, `Instance/n00003` for Smith Hardware, `Instance/n00006` for Smith Hardware, `Instance/n00009` for Smith Hardware, `Instance/n00012` for Smith Hardware, `Instance/n00015` for Smith Hardware, `Instance/n00018` for Smith Hardware, `Instance/n00021` for Smith Hardware, `Instance/n00024` for Smith Hardware, `Instance/n00027` for Smith Hardware, `Instance/n00030` for Smith Hardware, `Instance/n00033` for Smith Hardware, `Instance/n00036` for Smith Hardware, `Instance/n00039` for Smith Hardware, `Instance/n00042` for Smith Hardware, `Instance/n00045` for Smith Hardware, `Instance/n00048` for Smith Hardware, `Instance/n00051` for Smith Hardware, `Instance/n00054` for Smith Hardware, `Instance/n00057` for Smith Hardware and 147 more | no manifest declares it any more |
    | `!` | blocked | `Instance/blank` for Smith Hardware | no value for required config variable "Endpoint" |
    | `~` | upgrade, deploy: version 1 → 2 | 334 instances: `Instance/n00001` for Smith Hardware, `Instance/n00002` for Smith Hardware, `Instance/n00004` for Smith Hardware and 331 more | differs |
    "#);
    assert_snapshot!(&text[names..names + 200], @"
    - 334 instances
      - version: `1 → 2`
      - `Instance/n00001`, `Instance/n00002`, `Instance/n00004`, `Instance/n00005`, `Instance/n00007`, `Instance/n00008`, `Instance/n00010`, `Instance/n00011`, `Inst
    ");
}

#[test]
fn nothing_to_say_is_short() {
    let mut plan = plan(&in_step());
    plan.digest = "sha256:…".to_owned();
    assert_snapshot!(markdown(&plan), @"
    ### prism-gitops: p → prod

    **No changes. The tenant matches the manifests.**


    <sub>Plan `sha256:…`</sub>
    ");
}

#[test]
fn hostile_text_is_no_markup() {
    let mut world = World::new();
    world.declare("acme", &acme());
    let evil = "@team [x](http://evil) | `</details><script>\n| # \u{202E}";
    for index in 0..3 {
        let instance = world.declare_instance(&format!("shop-{index}"), "acme", "smith");
        instance.display_name = format!("{evil}{index}");
        instance.description = Some("x".repeat(100_000));
        instance.labels = Some(vec![evil.to_owned()]);
        instance.set("Endpoint", scalar("a ``` b | @all <img src=x>"));
    }
    let mut plan = plan(&world);
    plan.digest = "sha256:…".to_owned();
    plan.environment = evil.to_owned();
    plan.violations = vec![GuardViolation {
        guard: "creates".to_owned(),
        message: evil.repeat(1_000),
    }];
    let text = markdown(&plan);
    assert_eq!(text.matches("</details>").count(), 1, "{text}");
    for line in text.lines().filter(|line| line.starts_with("| `")) {
        let bars = line.replace("\\|", "").matches('|').count();
        assert_eq!(bars, 5, "{line}");
    }
    assert_snapshot!(text.replace('\u{200B}', "·"), @r#"
    ### prism-gitops: p → @·team \[x\](http:·//evil) \| \`&lt;/details&gt;&lt;script&gt; \| #· \\u{202e}

    **Plan: 4 to create, 0 to update, 1 to publish, 3 to deploy, 0 to disable, 0 to delete. 0 unchanged, 0 blocked, 0 pending.**

    Touches 3 instances of 1 customer; 13 steps, not slowed by the rate limit.

    > **Refused by a guard:** @·team \[x\](http:·//evil) \| \`&lt;/details&gt;&lt;script&gt; \| #· \\u{202e}@·team \[x\](http:·//evil) \| \`&lt;/details&gt;&lt;script&gt; \| #· \\u{202e}@·team \[x\](http:·//evil) \| \`&lt;/details&gt;&lt;script&gt; \| #· \\u{202e}@·team \[x\](http:·//evil) \| \`&lt;/details&gt;&lt;script&gt; \| #· \\u{202e}@·team \[x\](http:·//evil) \| \`&lt;/details&gt;&lt;script&gt; \| #· \\u{202e}@·team \[x\](http…

    | | what | resource | why |
    | --- | --- | --- | --- |
    | `+` | create, publish | `Integration/acme` "Acme ERP" | does not exist yet |
    | `+` | create, deploy: description + xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…, and 2 more | 3 instances: `Instance/shop-0` "@·team \[x\](http:·//evil) \| \`&lt;/details&gt;&lt;script&gt;\\n\| #· \\u{202e}0" for Smith Hardware, `Instance/shop-1` "@·team \[x\](http:·//evil) \| \`&lt;/details&gt;&lt;script&gt;\\n\| #· \\u{202e}1" for Smith Hardware, `Instance/shop-2` "@·team \[x\](http:·//evil) \| \`&lt;/details&gt;&lt;script&gt;\\n\| #· \\u{202e}2" for Smith Hardware | does not exist yet |

    <details><summary>All changes</summary>

    - 3 instances
      - description: `+ xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…`
      - labels: `+ (2 lines)`
      - config "Endpoint": ````+ a ``` b | @all <img src=x>````
      - `Instance/shop-0`, `Instance/shop-1`, `Instance/shop-2`

    </details>

    <sub>Plan `sha256:…`</sub>
    "#);
}

#[test]
fn what_is_cut_is_counted() {
    let mut world = World::new();
    world.declare("acme", &acme());
    for index in 0..2_000 {
        let instance = world.declare_instance(&format!("shop-{index}"), "acme", "smith");
        instance.set("Endpoint", scalar(&format!("https://{index}")));
    }
    let text = markdown(&plan(&world));
    assert!(text.len() < COMMENT, "{}", text.len());
    let rows = text.lines().filter(|line| line.starts_with("| `")).count();
    let cut = text
        .lines()
        .find(|line| line.starts_with("**Cut:**"))
        .unwrap();
    let left = 2_001 - rows;
    assert!(
        cut.contains(&format!("{left} more resources: {left} × create, deploy")),
        "{cut}"
    );
    assert!(text.contains("for which there is no room"));
}

#[test]
fn long_lists_are_short_on_a_terminal_but_for_what_is_switched_off() {
    let mut plan = thinned(90);
    plan.digest = "sha256:…".to_owned();
    let text = human(&plan, HumanOptions::default());
    assert_eq!(text.matches("\n- Instance/").count(), 30, "{text}");
    assert_snapshot!(&text[text.find("~ 61").unwrap()..], @r#"
    ~ 61 instances: upgrade, deploy
        version  1 → 2
        Instance/n00001 for Smith Hardware, Instance/n00002 for Smith Hardware, Instance/n00004 for Smith Hardware and 58 more (--all lists them)
    ! Instance/blank for Smith Hardware: blocked: no value for required config variable "Endpoint"
        hint: add it under `config:`, or give it a default in the definition

    Plan: 0 to create, 61 to update, 0 to publish, 61 to deploy, 30 to disable, 0 to delete. 1 unchanged, 1 blocked, 0 pending.
    Orphaned: 30 objects with this project's marker and no manifest.
    Refused by a guard: policy.guards.disables: 30 of 91 managed instances; the limit is 30%
    To approve this one plan: --approve sha256:…
    "#);
    let all = HumanOptions {
        all: true,
        verbose: true,
        ..HumanOptions::default()
    };
    let text = human(&thinned(90), all);
    assert_eq!(text.matches("\n~ Instance/").count(), 61, "{text}");
}

#[test]
fn a_new_instance_shows_what_it_begins_with() {
    let mut world = fresh();
    let instance = &mut world.desired.instances[0];
    instance.state = InstanceState::Disabled;
    instance.labels = Some(vec!["gold".to_owned(), "eu".to_owned()]);
    instance.description = Some("Orders".to_owned());
    assert_snapshot!(human(&plan(&world), HumanOptions::default()), @r#"
    Touches 1 instance of 1 customer; 6 steps, not slowed by the rate limit.

    + Integration/acme "Acme ERP": create, publish
    + Instance/shop for Smith Hardware: create
        description        + Orders
        labels             + gold, eu
        config "Endpoint"  + https://e
        state              + disabled

    Plan: 2 to create, 0 to update, 1 to publish, 0 to deploy, 0 to disable, 0 to delete. 0 unchanged, 0 blocked, 0 pending.
    "#);
}

#[test]
fn a_reason_of_several_lines_is_told_on_one() {
    let mut plan = thinned(2);
    for resource in &mut plan.resources {
        resource.reason = "the server said:\r\n\n  no such | component".to_owned();
    }
    let text = markdown(&plan);
    let told = "| the server said: no such \\| component |\n";
    assert!(text.contains(told), "{text}");
    assert!(!text.contains("lines)"), "{text}");
}
