//! Keep a Changelog 1.1.0: headings, their order, and dates.

const SECTIONS: [&str; 6] = [
    "Added",
    "Changed",
    "Deprecated",
    "Removed",
    "Fixed",
    "Security",
];

/// What is wrong with a changelog.
pub(super) fn faults(text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let headings = |mark: &'static str| text.lines().filter_map(move |l| l.strip_prefix(mark));
    if text.lines().next() != Some("# Changelog") {
        faults.push("the first line is not `# Changelog`".to_owned());
    }
    let mut releases = headings("## ");
    if releases.next() != Some("[Unreleased]") {
        faults.push("the first release is not `## [Unreleased]`".to_owned());
    }
    let mut newer: Option<Vec<u64>> = None;
    for release in releases {
        let Some(version) = released(release) else {
            faults.push(format!("`## {release}` is not `## [1.2.3] - 2026-01-31`"));
            continue;
        };
        if newer.is_some_and(|newer| newer <= version) {
            faults.push(format!("`## {release}` is not older than the one above it"));
        }
        newer = Some(version);
    }
    let unknown = headings("### ").filter(|section| !SECTIONS.contains(section));
    faults.extend(unknown.map(|section| format!("`### {section}` is none of {SECTIONS:?}")));
    faults
}

/// The version of `[1.2.3] - 2026-01-31`.
fn released(heading: &str) -> Option<Vec<u64>> {
    let (version, date) = heading.strip_prefix('[')?.split_once("] - ")?;
    date.parse::<jiff::civil::Date>().ok()?;
    let parts: Option<Vec<u64>> = version.split('.').map(|part| part.parse().ok()).collect();
    parts.filter(|parts| parts.len() == 3)
}

#[test]
fn a_good_changelog_has_no_fault() {
    let good = "# Changelog\n## [Unreleased]\n### Added\n## [0.10.0] - 2026-02-28\n\
        ### Security\n## [0.9.1] - 2026-01-31\n";
    assert_eq!(faults(good), Vec::<String>::new());
}

#[test]
fn faults_are_found() {
    let bad = "# Changes\n## 0.2.0\n### New\n## [0.1.0] - 2026-02-30\n\
        ## [0.1.0] - 2026-01-01\n## [0.1.1] - 2026-01-02\n";
    insta::assert_snapshot!(faults(bad).join("\n"), @r#"
    the first line is not `# Changelog`
    the first release is not `## [Unreleased]`
    `## [0.1.0] - 2026-02-30` is not `## [1.2.3] - 2026-01-31`
    `## [0.1.1] - 2026-01-02` is not older than the one above it
    `### New` is none of ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]
    "#);
}
