//! A part of a project, through the binary.

use std::path::Path;
use std::time::Duration;

use super::environment::Environment;
use super::sandbox::serve;

#[test]
fn a_part_comes_with_what_it_depends_on_and_the_rest_is_left_out() {
    let mut environment = Environment::new();
    let _sandbox = serve(&mut environment, Duration::ZERO);
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    environment.copy(&examples.join("onboarding"));
    let plan = environment.run("plan --target Customer/harbour").expect(0);
    assert!(plan.stdout.contains("1 to create"), "{}", plan.stdout);
    assert!(
        plan.stderr
            .contains("Left out of this part of the project: "),
        "{}",
        plan.stderr
    );
    let wrong = environment.run("plan --target Customer/harbor").expect(1);
    assert!(
        wrong.stderr.contains("did you mean Customer/harbour?"),
        "{}",
        wrong.stderr
    );
    environment
        .run("apply --customer cust-0100 --auto-approve")
        .expect(0);
    let rest = environment.run("plan --customer cust-0100").expect(0);
    assert!(rest.stdout.contains("No changes"), "{}", rest.stdout);
}

/// What a saved plan left out was left out by who made it; what changed since is another thing.
#[test]
fn a_saved_plan_of_a_part_says_why_the_rest_is_left_out() {
    let mut environment = Environment::new();
    let _sandbox = serve(&mut environment, Duration::ZERO);
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    environment.copy(&examples.join("onboarding"));
    environment
        .run("plan --target Customer/harbour --out part.json")
        .expect(0);
    let applied = environment.run("apply --plan part.json").expect(0);
    assert!(
        applied
            .stderr
            .contains("Left out, as the plan is of a part of the project: "),
        "{}",
        applied.stderr
    );
    assert!(
        !applied.stderr.contains("because it changed"),
        "{}",
        applied.stderr
    );
}
