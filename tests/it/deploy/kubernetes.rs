//! The manifests for Kubernetes, as `kubectl kustomize` renders them.

use prism_gitops::yaml::Node;

use super::files::{at, documents, list, root, scalar};
use super::{said, tool};

const OVERLAYS: [&str; 2] = ["configmap", "git"];

/// What an overlay comes to; `None` where there is no kubectl.
fn rendered(overlay: &str) -> Option<Vec<Node>> {
    let folder = root().join("deploy/kubernetes/overlays").join(overlay);
    let folder = folder.to_str().expect("the path is UTF-8");
    let output = tool("kubectl", &["kustomize", folder])?;
    assert!(output.status.success(), "{overlay}: {}", said(&output));
    let text = String::from_utf8(output.stdout).expect("kubectl writes UTF-8");
    Some(documents(overlay, &text))
}

fn all_of<'a>(objects: &'a [Node], kind: &str) -> Vec<&'a Node> {
    let wanted = |object: &&Node| scalar(object, "kind") == Some(kind);
    objects.iter().filter(wanted).collect()
}

fn one<'a>(objects: &'a [Node], kind: &str) -> &'a Node {
    let found = all_of(objects, kind);
    assert_eq!(found.len(), 1, "{kind}");
    found[0]
}

fn expect(object: &Node, rows: &[(&str, &str)]) {
    for (path, wanted) in rows {
        assert_eq!(scalar(object, path), Some(*wanted), "{path}");
    }
}

#[test]
fn each_overlay_is_one_hardened_writer_with_probes() {
    for objects in OVERLAYS.into_iter().filter_map(rendered) {
        let deployment = one(&objects, "Deployment");
        expect(
            deployment,
            &[("spec/replicas", "1"), ("spec/strategy/type", "Recreate")],
        );
        let pod = at(deployment, "spec/template/spec").expect("there is a pod");
        expect(
            pod,
            &[
                ("automountServiceAccountToken", "false"),
                ("enableServiceLinks", "false"),
                ("terminationGracePeriodSeconds", "150"),
                ("securityContext/runAsNonRoot", "true"),
                ("securityContext/runAsUser", "65532"),
                ("securityContext/seccompProfile/type", "RuntimeDefault"),
                (
                    "containers/0/securityContext/allowPrivilegeEscalation",
                    "false",
                ),
                (
                    "containers/0/securityContext/readOnlyRootFilesystem",
                    "true",
                ),
                ("containers/0/livenessProbe/httpGet/path", "/healthz"),
                ("containers/0/readinessProbe/httpGet/path", "/readyz"),
                ("containers/0/resources/requests/memory", "64Mi"),
            ],
        );
        assert_eq!(
            list(pod, "containers/0/securityContext/capabilities/drop"),
            ["ALL"]
        );
        assert!(at(pod, "containers/0/resources/limits/memory").is_some());
        let account = one(&objects, "ServiceAccount");
        expect(account, &[("automountServiceAccountToken", "false")]);
        expect(one(&objects, "Service"), &[("spec/type", "ClusterIP")]);
        one(&objects, "ServiceMonitor");
    }
}

#[test]
fn names_lead_to_each_other_in_every_overlay() {
    for objects in OVERLAYS.into_iter().filter_map(rendered) {
        let names = |kind: &str| -> Vec<String> {
            let found = all_of(&objects, kind).into_iter();
            let found = found.filter_map(|o| scalar(o, "metadata/name"));
            found.map(str::to_owned).collect()
        };
        let pod = at(one(&objects, "Deployment"), "spec/template/spec").expect("a pod");
        let has = |kind: &str, name: Option<&str>| {
            let name = name.expect("it is named").to_owned();
            assert!(names(kind).contains(&name), "no {kind} {name}");
        };
        let token = "containers/0/env/1/valueFrom/secretKeyRef/name";
        has("Secret", scalar(pod, token));
        has("ServiceAccount", scalar(pod, "serviceAccountName"));
        let volumes = at(pod, "volumes").and_then(Node::as_sequence);
        for volume in volumes.expect("there are volumes") {
            for (kind, path) in [
                ("ConfigMap", "configMap/name"),
                ("Secret", "secret/secretName"),
                ("PersistentVolumeClaim", "persistentVolumeClaim/claimName"),
            ] {
                if at(volume, path).is_some() {
                    has(kind, scalar(volume, path));
                }
            }
        }
    }
}

/// kustomize can add labels to selectors, and then also to that of the cluster's DNS.
#[test]
fn the_network_policy_opens_names_and_https_and_nothing_else() {
    let label = "app.kubernetes.io~name".replace('~', "/");
    for objects in OVERLAYS.into_iter().filter_map(rendered) {
        let policies = all_of(&objects, "NetworkPolicy");
        let named = |name| {
            let mut found = policies.iter();
            *found
                .find(|p| scalar(p, "metadata/name") == Some(name))
                .expect("the policy is there")
        };
        let base = named("prism-gitops");
        let dns = at(base, "spec/egress/0/to/0/podSelector/matchLabels").expect("DNS");
        let keys: Vec<&str> = dns
            .as_mapping()
            .expect("labels")
            .iter()
            .map(|e| e.key.text.as_str())
            .collect();
        assert_eq!(keys, ["k8s-app"]);
        let own = at(base, "spec/podSelector/matchLabels").and_then(|l| l.get(&label));
        assert!(own.is_some(), "it is about our pods only");
        assert_eq!(
            at(base, "spec/egress")
                .and_then(Node::as_sequence)
                .map(<[_]>::len),
            Some(2)
        );
        expect(base, &[("spec/egress/1/ports/0/port", "443")]);
        expect(
            named("prism-gitops-monitor"),
            &[("spec/ingress/0/ports/0/port", "8080")],
        );
    }
}

#[test]
fn the_project_in_the_config_map_is_valid() {
    let project = root().join("deploy/kubernetes/overlays/configmap/project");
    let program = assert_cmd::cargo::cargo_bin!("prism-gitops");
    let output = std::process::Command::new(program)
        .arg("validate")
        .arg(project)
        .output();
    let output = output.expect("the program starts");
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn kubernetes_knows_every_field() {
    for overlay in OVERLAYS {
        let folder = root().join("deploy/kubernetes/overlays").join(overlay);
        let Some(output) = tool("kubectl", &["kustomize", folder.to_str().expect("UTF-8")]) else {
            continue;
        };
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), &output.stdout).expect("it can be written");
        let path = file.path().to_str().expect("UTF-8");
        if let Some(output) = tool("kubernetes-validate", &["--strict", path]) {
            assert!(output.status.success(), "{overlay}: {}", said(&output));
        }
    }
}
