//! What stands under a pull request, and long lists on a terminal.

use super::*;
use crate::plan::GuardViolation;

/// What GitHub takes.
const COMMENT: usize = 65_000;

/// So many instances, all on version 1 while 2 is the newest.
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

/// Every third of the live fleet is nobody's any more, and is switched off.
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
    for size in [0, 1, 500, 20_000] {
        let text = markdown(&plan(&fleet(size)));
        assert!(text.len() < COMMENT, "{size}: {}", text.len());
        let text = markdown(&thinned(size));
        assert!(text.len() < COMMENT, "{size}: {}", text.len());
    }
}

#[test]
fn the_same_of_many_is_told_once_and_what_is_switched_off_first() {
    let mut plan = thinned(500);
    plan.digest = "sha256:…".to_owned();
    let text = markdown(&plan);
    let names = text.find("- 334 instances").unwrap();
    assert_snapshot!(&text[..text.find("<details>").unwrap()], @"");
    assert_snapshot!(&text[names..names + 200], @"");
}

#[test]
fn nothing_to_say_is_short() {
    let mut plan = plan(&in_step());
    plan.digest = "sha256:…".to_owned();
    assert_snapshot!(markdown(&plan), @"");
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
        guard: "creates",
        message: evil.repeat(1_000),
    }];
    let text = markdown(&plan);
    assert_eq!(text.matches("</details>").count(), 1, "{text}");
    for line in text.lines().filter(|line| line.starts_with("| `")) {
        let bars = line.replace("\\|", "").matches('|').count();
        assert_eq!(bars, 5, "{line}");
    }
    assert_snapshot!(text.replace('\u{200B}', "·"), @"");
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
    let text = human(&thinned(90), HumanOptions::default());
    assert_eq!(text.matches("\n- Instance/").count(), 30, "{text}");
    assert_snapshot!(&text[text.find("~ 61").unwrap()..], @"");
    let all = HumanOptions {
        all: true,
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
    assert_snapshot!(human(&plan(&world), HumanOptions::default()), @"");
}
