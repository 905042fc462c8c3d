//! The settings, for people: the page docs/settings.md. What a setting means is said here once; the schema and the
//! form take it from here.

use oke_virtual_nodes_policy::check_settings as check;
use oke_virtual_nodes_policy::lint::lookup::Lookup;
use oke_virtual_nodes_policy::rules::RULES;
use serde_json::Value;

use crate::pages::Pages;
use crate::text::{head, row, wrapped};
use crate::{NOTICE, rules};

/// Which values a setting takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// One of these strings.
    Choice(&'static [&'static str]),
    /// True or false.
    Flag,
    /// An address.
    Url,
    /// Some of these strings.
    Some(&'static [&'static str]),
    /// An object or a list, which the schema describes.
    Structure,
}

/// A setting.
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// Which values it takes.
    pub values: Values,
    /// What holds without it, as JSON.
    pub default: &'static str,
    /// What it is called in a form.
    pub label: &'static str,
    /// What it means.
    pub about: &'static str,
    /// An example, as YAML.
    pub example: &'static str,
}

/// All settings, in the order in which people read them.
pub static SETTINGS: &[Setting] = &[
    Setting {
        name: "profile",
        values: Values::Choice(&["strict", "tolerant"]),
        default: "\"strict\"",
        label: "Profile",
        about: "Which default levels the rules have. `strict` denies what Oracle's page lists as not supported; \
                `tolerant` only warns of what Oracle's own manifests for virtual nodes contain all the same.",
        example: "profile: tolerant\n",
    },
    Setting {
        name: "nodeKind",
        values: Values::Choice(&["virtual", "managed", "mixed"]),
        default: "\"virtual\"",
        label: "Kind of nodes",
        about: "On which nodes the pods of the requests run. `virtual`: all on virtual nodes. `managed`: none, and \
                nothing is denied, mutated or warned about, so that one manifest serves all clusters. `mixed`: the pod \
                decides; one that cannot land on a virtual node (by node selector, required node affinity or a missing \
                toleration) is left alone, and objects that belong to no pod only warn. A denial then ends with the \
                node affinity that keeps the pod to managed nodes.",
        example: "nodeKind: mixed\n",
    },
    Setting {
        name: "virtualNodes",
        values: Values::Structure,
        default: "{\"labels\":{\"node-role.kubernetes.io/virtual-node\":\"\"},\"taints\":[]}",
        label: "Virtual nodes",
        about: "What virtual nodes look like to the scheduler, for `nodeKind: mixed`: their labels and their taints. A \
                label that is not here is taken to be absent on virtual nodes, except the ones that every node has \
                (operating system, architecture, host name, zone, region, fault domain). Labels that are given replace \
                the default one.",
        example: "nodeKind: mixed\nvirtualNodes:\n  labels:\n    node-role.kubernetes.io/virtual-node: \"\"\n    \
                  team: web\n  taints:\n    - {key: workload, value: web, effect: NoSchedule}\n",
    },
    Setting {
        name: "rules",
        values: Values::Structure,
        default: "{}",
        label: "Rules",
        about: "The level of single rules, in place of the profile's: `deny`, `warn` or `off`; or an object with the \
                `level`, with `mutate` (whether its findings are mended, in place of the setting `mutate`) and with \
                the rule's parameters. YAML 1.1 reads a bare `off` as the boolean false, which is accepted as `off`.",
        example: "rules:\n  fs-group: warn\n  subcore-cpu: \"off\"\n  termination-grace-period:\n    level: warn\n    \
                  mutate: true\n  persistent-volume-claim:\n    allowStorageClasses: [fss]\n",
    },
    Setting {
        name: "mutate",
        values: Values::Choice(&["off", "safe", "full"]),
        default: "\"off\"",
        label: "Mend",
        about: "Which findings are mended in place of denied. `safe`: fields that are set to what Kubernetes would \
                have defaulted or to what the virtual node does anyway. `full`: also those that change what the \
                workload asked for. Pods and Services are mended, on CREATE; the policy has to be deployed with \
                `mutating: true`.",
        example: "mutate: safe\n",
    },
    Setting {
        name: "mutateTemplates",
        values: Values::Flag,
        default: "false",
        label: "Mend templates too",
        about: "Whether the pod templates of workloads are mended too, and not only their pods. Operators and GitOps \
                tools will see their objects changed. Never done to objects that have a controller.",
        example: "mutate: safe\nmutateTemplates: true\n",
    },
    Setting {
        name: "annotate",
        values: Values::Flag,
        default: "false",
        label: "Annotate what is mended",
        about: "Whether a mended object gets the annotation `oke-virtual-nodes.kubewarden.io/mended`, a JSON text with \
                each path, the old and the new value.",
        example: "mutate: safe\nannotate: true\n",
    },
    Setting {
        name: "helpUrl",
        values: Values::Url,
        default: "\"\"",
        label: "Help address",
        about: "An address that stands at the end of every denial, such as that of a page of your own about virtual \
                nodes.",
        example: "helpUrl: https://wiki.example.com/virtual-nodes\n",
    },
    Setting {
        name: "lookups",
        values: Values::Some(&Lookup::NAMES),
        default: "[]",
        label: "Look-ups",
        about: "Which kinds the policy looks up in the cluster; by default none. `Node`: with `nodeKind: mixed`, the \
                nodes that have the labels of `virtualNodes`, as they are. `Pod`: with `nodeKind: mixed`, where a pod \
                runs, for exec, attach and port-forward, which only warn without it. `Secret`: the type of image pull secrets, never their content. \
                `PersistentVolumeClaim`: the storage class of a claim that a pod names, where `allowStorageClasses` \
                allows any. `Namespace`: whether a pod's namespace asks for a service mesh. Each needs an entry in \
                `contextAwareResources` of the policy and a permission of the policy server's account; an \
                AdmissionPolicy cannot have them.",
        example: "lookups: [Secret, Namespace]\n",
    },
    Setting {
        name: "onLookupFailure",
        values: Values::Choice(&["deny", "warn"]),
        default: "\"warn\"",
        label: "When a look-up fails",
        about: "What a look-up that fails leads to, whatever the level of the rule that asked. It is never taken for a \
                yes, and the message names the permission that is missing. What does not exist, such as a Secret that \
                comes later, is no failure.",
        example: "lookups: [Secret]\nonLookupFailure: deny\n",
    },
    Setting {
        name: "exemptions",
        values: Values::Structure,
        default: "[]",
        label: "Exemptions",
        about: "Whose findings are left out. All fields of an exemption that are given must match: `namespaces` and \
                `names` (`*` stands for any text), `kinds`, `labels` (all of them, of the object), `users` and `groups` \
                (of whoever sends the request), and `rules`, without which it holds for all rules. In a list, one entry \
                has to match. `reason` is required. An exempted finding neither denies nor warns and is not mended; its \
                rule is in the audit annotation `exempted` alone. An exemption that matches everything is an error. \
                The exemption of a workload is not one of its pods: match both by `labels`, or by a name such as \
                `web-*`, which is compared with the beginning of a name that the API server makes.",
        example: "exemptions:\n  - namespaces: [\"monitoring-*\"]\n    kinds: [DaemonSet]\n    rules: [daemonset]\n    \
                  reason: runs on the managed nodes alone\n",
    },
    Setting {
        name: "allowAnnotations",
        values: Values::Flag,
        default: "false",
        label: "Allow exemptions by annotation",
        about: "Whether authors of workloads may exempt them, with the annotation \
                `oke-virtual-nodes.kubewarden.io/exempt` on the object or its pod template, from where the pods have it \
                too. It is written as `<rule>[,<rule>]: <reason>`. Without this setting, with an unknown rule or without \
                a reason the annotation has no effect, and a warning says so.",
        example: "allowAnnotations: true\n",
    },
];

/// What `rules.placement` means. It finds nothing, so it is none of the rules.
pub const PLACEMENT: &str = "With `nodeKind: mixed`: whether a Pod that would be denied gets, when it is created, the required node affinity \
     that keeps it to managed nodes; what was found then only warns. Workload templates get it with `mutateTemplates`, \
     and only warn without it, since their pods will. What asks for virtual nodes itself stays denied, and so do \
     DaemonSets and what is found outside of a pod template that is not changed. The policy has to be deployed with \
     `mutating: true`.";

/// Whether the policy takes such settings.
#[must_use]
pub fn takes(settings: &Value) -> bool {
    check(Some(&settings.to_string())).is_ok()
}

/// Which values a setting takes, in words.
fn values(setting: &Setting) -> String {
    let listed = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match setting.values {
        Values::Choice(choices) => listed(choices),
        Values::Flag => "`true`, `false`".to_owned(),
        Values::Url => "a URL, http or https".to_owned(),
        Values::Some(choices) => format!("a list of {}", listed(choices)),
        Values::Structure => "see below".to_owned(),
    }
}

/// The page.
#[must_use]
pub fn page(pages: &Pages) -> String {
    let mut page = format!("<!-- {NOTICE} -->\n\n# Settings\n\n");
    page.push_str(&wrapped(
        "All settings are optional: `{}` judges every pod as one of a virtual node, by the profile `strict`, and changes \
         nothing. Everything else is strict: a name that is unknown, a value of a wrong type, a level or a fix that does \
         not exist is an error, and all errors are in one message. `kwctl run --settings-path` shows it before a cluster \
         does; in the cluster it is in the status of the policy. [settings.schema.json](../settings.schema.json) says the \
         same to an editor.",
        "",
    ));
    page.push('\n');
    page.push_str(&head(&["setting", "values", "default"]));
    for setting in SETTINGS {
        page.push_str(&row(&[
            format!("[`{}`](#{})", setting.name, setting.name.to_lowercase()),
            values(setting),
            format!("`{}`", setting.default),
        ]));
    }
    for setting in SETTINGS {
        page.push_str(&format!("\n## {}\n\n", setting.name));
        page.push_str(&wrapped(setting.about, ""));
        page.push_str(&format!("\n```yaml\n{}```\n", setting.example));
        if setting.name == "rules" {
            page.push_str("\n### Parameters of rules\n\n");
            page.push_str(&head(&["rule", "parameter", "value", "meaning"]));
            for rule in RULES {
                for parameter in rule.parameters {
                    page.push_str(&row(&[
                        format!("[`{0}`](rules/{0}.md)", rule.id),
                        format!("`{}`", parameter.name),
                        rules::values(parameter.kind),
                        pages.of(rule).parameter(parameter.name).to_owned(),
                    ]));
                }
            }
            page.push_str("\nThe default levels of all rules are in the [table of rules](rules.md).\n");
            page.push_str("\n### placement\n\n");
            page.push_str(&wrapped(PLACEMENT, ""));
            page.push_str("\n```yaml\nnodeKind: mixed\nrules:\n  placement:\n    mutate: true\n```\n");
        }
    }
    page
}
