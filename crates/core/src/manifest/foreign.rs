//! Files of other programs that live beside manifests: left out with one remark, not refused.
//!
//! A name alone leaves no file out: one that holds anything of ours is read and checked
//! like every other.

use std::collections::HashSet;
use std::sync::Arc;

use super::keys;
use crate::model::{Diagnostic, SourceFile};
use crate::yaml::Node;

/// Kinds of ours, those that are reserved among them.
const KINDS: [&str; 5] = ["project", "integration", "instance", "customer", "fleet"];

/// Whole names that other programs read.
const NAMES: [&str; 34] = [
    "action",
    "appveyor",
    "azure-pipelines",
    "bitbucket-pipelines",
    "buildspec",
    "chart",
    "circle",
    "cloudbuild",
    "codecov",
    "codemagic",
    "compose",
    "conda",
    "dependabot",
    "devfile",
    "docker-compose",
    "environment",
    "fly",
    "helmfile",
    "kustomization",
    "lefthook",
    "mkdocs",
    "openapi",
    "pnpm-lock",
    "pnpm-workspace",
    "pubspec",
    "render",
    "requirements",
    "serverless",
    "skaffold",
    "swagger",
    "taskfile",
    "tilt_config",
    "values",
    "werf",
];

/// What the names of variants begin with: `compose.override.yaml`, `values-prod.yaml`.
const BEGINNINGS: [&str; 6] = [
    "compose.",
    "docker-compose.",
    "values-",
    "values.",
    "azure-pipelines-",
    "serverless.",
];

/// Folders whose content other programs made or fetched.
const FOLDERS: [&str; 5] = [
    "node_modules",
    "bower_components",
    "vendor",
    "target",
    "charts",
];

/// Says which files are named like those of other programs.
pub(super) struct Foreign<'a> {
    /// The folders of Helm charts.
    charts: HashSet<&'a str>,
}

impl<'a> Foreign<'a> {
    pub(super) fn among(files: &'a [SourceFile]) -> Self {
        let charts = files.iter().filter_map(|file| {
            let (folder, name) = split(&file.path);
            name.eq_ignore_ascii_case("chart.yaml").then_some(folder)
        });
        Self {
            charts: charts.collect(),
        }
    }

    /// Whether a file is named like one of another program.
    pub(super) fn is_named(&self, path: &str) -> bool {
        let (folder, name) = split(path);
        let name = name.to_lowercase();
        let stem = name
            .rsplit_once('.')
            .map_or(name.as_str(), |(stem, _)| stem);
        NAMES.contains(&stem)
            || BEGINNINGS
                .iter()
                .any(|beginning| stem.starts_with(beginning))
            || folder.split('/').any(|part| FOLDERS.contains(&part))
            || self.in_chart(folder)
    }

    /// Whether a folder holds the templates of a chart.
    fn in_chart(&self, folder: &str) -> bool {
        let ends = folder.match_indices("templates").map(|(at, _)| at);
        let mut above = ends.filter_map(|at| folder.get(..at));
        above.any(|above| self.charts.contains(above.trim_end_matches('/')))
    }
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Whether a text that may not even parse speaks of this program, and so has to be put right.
pub(super) fn speaks_of_us(text: &str) -> bool {
    let own = keys::API_VERSION.split('/').next().unwrap_or_default();
    let versions = text.split("apiVersion").skip(1);
    let mut values = versions.map(|rest| {
        let rest = rest.trim_start_matches(['"', '\'']).trim_start();
        rest.trim_start_matches([':', ' ', '"', '\''])
    });
    values.any(|value| value.starts_with(own)) || {
        let lines = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix("kind:"));
        let mut kinds = lines.map(|kind| kind.trim().to_lowercase());
        kinds.any(|kind| KINDS.contains(&kind.as_str()))
    }
}

/// Whether a document is one of Kubernetes or of what is built on it.
pub(super) fn is_kubernetes(document: &Node) -> bool {
    /// Groups of its own that have no domain.
    const GROUPS: [&str; 6] = ["apps", "batch", "autoscaling", "policy", "extensions", ""];
    let text = |key| Some(document.get(key)?.as_scalar()?.text.as_str());
    let (Some(written), Some(kind)) = (text("apiVersion"), text("kind")) else {
        return false;
    };
    let (group, version) = written.split_once('/').unwrap_or(("", written));
    let release = version.strip_prefix('v').unwrap_or_default();
    release.starts_with(|c: char| c.is_ascii_digit())
        && release.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && (GROUPS.contains(&group) || group.contains('.'))
        && kind.starts_with(|c: char| c.is_ascii_uppercase())
        && !KINDS.contains(&kind.to_lowercase().as_str())
        && !written.contains("prism")
}

/// The one remark on everything that was left out.
pub(super) fn remark(mut left_out: Vec<Arc<str>>) -> Option<Diagnostic> {
    const SHOWN: usize = 5;
    left_out.sort();
    left_out.dedup();
    let shown: Vec<_> = left_out.iter().take(SHOWN).map(|path| &**path).collect();
    let shown = shown.join(", ");
    let message = match left_out.len() {
        0 => return None,
        1 => format!("left out a file of another program: {shown}"),
        n if n <= SHOWN => format!("left out {n} files of other programs: {shown}"),
        n => format!(
            "left out {n} files of other programs: {shown} and {} more",
            n - SHOWN
        ),
    };
    let hint = "name them in .prismgitopsignore, and this is not said again";
    Some(Diagnostic::info("left-out", message).hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Limits, parse};

    #[test]
    fn files_of_other_programs_go_by_their_names() {
        let files = [SourceFile::new("deploy/Chart.yaml", "x".as_bytes())];
        let foreign = Foreign::among(&files);
        for (path, named) in [
            ("bitbucket-pipelines.yml", true),
            ("sub/Docker-Compose.override.YAML", true),
            ("pnpm-lock.yaml", true),
            ("values.yaml", true),
            ("values-prod.yaml", true),
            ("vendor/a/b.yaml", true),
            ("deploy/templates/x/y.yaml", true),
            ("deploy/Chart.yaml", true),
            ("other/templates/y.yaml", false),
            ("customers/smith.yaml", false),
            ("valuesmith.yaml", false),
        ] {
            assert_eq!(foreign.is_named(path), named, "{path}");
        }
    }

    #[test]
    fn what_speaks_of_us_is_ours() {
        for (text, ours) in [
            ("apiVersion: prism-gitops/v1\nkind: Instance\n", true),
            ("{\"apiVersion\": \"prism-gitops/v1\"}", true),
            ("apiVersion: prism-gitop/v1\nkind: Instance\n", true),
            ("image: ghcr.io/acme/prism-gitops\n", false),
            ("{{ if .Values.x }}\napiVersion: v1\nkind: Secret\n", false),
        ] {
            assert_eq!(speaks_of_us(text), ours, "{text}");
        }
    }

    #[test]
    fn documents_of_kubernetes_are_known_and_slips_of_ours_are_not_taken_for_them() {
        for (text, known) in [
            ("{apiVersion: v1, kind: ConfigMap}", true),
            ("{apiVersion: apps/v1, kind: Deployment}", true),
            (
                "{apiVersion: argoproj.io/v1alpha1, kind: Application}",
                true,
            ),
            ("{apiVersion: v1, kind: Instance}", false),
            ("{apiVersion: prism-gitop/v1, kind: Deployment}", false),
            ("{apiVersion: prismgitops/v1, kind: Deployment}", false),
            ("{apiVersion: gitops/v1, kind: Deployment}", false),
            ("{apiVersion: v1}", false),
        ] {
            let node = parse(text, Limits::default()).unwrap().remove(0);
            assert_eq!(is_kubernetes(&node), known, "{text}");
        }
    }
}
