//! docs/settings.md. The description of each setting is here once: the schema and the form take it from here.

use oke_virtual_nodes_policy::check_settings as check;
use oke_virtual_nodes_policy::lint::lookup::Lookup;
use oke_virtual_nodes_policy::rules::RULES;
use serde_json::Value;

use crate::pages::Pages;
use crate::text::{head, row, wrapped};
use crate::{NOTICE, rules};

/// The values that a setting takes.
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
    /// The values that it takes.
    pub values: Values,
    /// The default, as JSON.
    pub default: &'static str,
    /// Its label in a form.
    pub label: &'static str,
    /// Its description in a form: one or two short sentences.
    pub short: &'static str,
    /// Its description.
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
        label: "Strictness",
        short: "strict denies everything on Oracle's page of 2024-10-28. tolerant only warns about what Oracle's own manifests contain.",
        about: "The default levels of the rules. `strict` denies what Oracle's page (2024-10-28) lists as \
                not supported. `tolerant` only warns about what Oracle's own manifests for virtual nodes still contain.",
        example: "profile: tolerant\n",
    },
    Setting {
        name: "platform",
        values: Values::Choice(&["2024-10-28", "2026-08-28"]),
        default: "\"2024-10-28\"",
        label: "Oracle's announcements up to",
        short: "2026-08-28 also accepts persistent volumes on File Storage.",
        about: "The day up to which Oracle's announcements count. `2024-10-28`: the comparison page as it is written. \
                `2026-08-28`: also the release note of that day, by which virtual nodes mount persistent volumes on \
                File Storage. With it, `persistent-volume` accepts the driver of File Storage, \
                `persistent-volume-claim` accepts claims on File Storage that it can look up and asks them for \
                `ReadWriteMany`, and `fs-group` and `fs-group-change-policy` accept what applies to such claims. Write \
                the day in quotes.",
        example: "platform: \"2026-08-28\"\nlookups: [StorageClass, PersistentVolumeClaim, PersistentVolume]\n",
    },
    Setting {
        name: "nodeKind",
        values: Values::Choice(&["virtual", "managed", "mixed"]),
        default: "\"virtual\"",
        label: "Nodes of the cluster",
        short: "virtual: all pods run on virtual nodes. mixed: it depends on the pod. managed: the policy does nothing.",
        about: "The nodes on which the pods of the requests run. `virtual`: all run on virtual nodes. `managed`: \
                none does, so nothing is denied, mutated or warned about; one manifest can then serve all \
                clusters. `mixed`: it depends on the pod. A pod that can't land on a virtual node, because of its \
                node selector, its required node affinity or a missing toleration, is left alone. Objects that \
                belong to no pod only warn. A denial ends with the node affinity that keeps the pod on managed \
                nodes.",
        example: "nodeKind: mixed\n",
    },
    Setting {
        name: "virtualNodes",
        values: Values::Structure,
        default: "{\"labels\":{\"node-role.kubernetes.io/virtual-node\":\"\"},\"taints\":[]}",
        label: "Labels and taints of virtual nodes",
        short: "By default the label node-role.kubernetes.io/virtual-node.",
        about: "The labels and taints of virtual nodes, for `nodeKind: mixed`. The policy takes every other label \
                to be absent on virtual nodes, except those that every node has: operating system, architecture, \
                host name, zone, region and fault domain. Labels that you set replace the default label.",
        example: "nodeKind: mixed\nvirtualNodes:\n  labels:\n    node-role.kubernetes.io/virtual-node: \"\"\n    \
                  team: web\n  taints:\n    - {key: workload, value: web, effect: NoSchedule}\n",
    },
    Setting {
        name: "podTemplates",
        values: Values::Structure,
        default: "[]",
        label: "More custom resources with a pod template",
        short: "At most 16. The policy needs a webhook rule for each of them.",
        about: "More places of pod templates in custom resources, beside those of the \
                [table](custom-workloads.md#kinds). An entry has the `group` and the `kind` of the resource, and the \
                `path` of the template: plain keys with dots between them, `[*]` for every entry of a list, `.*` for \
                every value of a map. At most 16 entries are possible. Groups of Kubernetes' own are errors. Add a \
                webhook rule for each resource.",
        example: "podTemplates:\n  - {group: example.com, kind: Fleet, path: \"spec.groups[*].template\"}\n",
    },
    Setting {
        name: "rules",
        values: Values::Structure,
        default: "{}",
        label: "Rules",
        short: "Levels and parameters of single rules.",
        about: "The level of single rules, in place of the profile's: `deny`, `warn` or `off`. Or an object with \
                the `level`, with `mutate`, which turns the rule's fix on or off in place of the setting \
                `mutate`, and with the parameters of the rule. YAML 1.1 reads a bare `off` as the boolean false, \
                which is accepted as `off`.",
        example: "rules:\n  fs-group: warn\n  subcore-cpu: \"off\"\n  termination-grace-period:\n    level: warn\n    \
                  mutate: true\n  persistent-volume-claim:\n    allowStorageClasses: [fss]\n",
    },
    Setting {
        name: "mutate",
        values: Values::Choice(&["off", "safe", "full"]),
        default: "\"off\"",
        label: "Fix fields",
        short: "safe: what nobody misses. full: also what the workload asked for and cannot have. Needs mutating: true.",
        about: "The findings that are fixed instead of denied. `safe`: sets fields to the default of Kubernetes \
                or to what the virtual node does anyway. `full`: also changes what the workload asked for. Fixes \
                are applied to Pods and Services on CREATE. Deploy the policy with `mutating: true`.",
        example: "mutate: safe\n",
    },
    Setting {
        name: "mutateTemplates",
        values: Values::Flag,
        default: "false",
        label: "Fix templates of workloads too",
        short: "GitOps tools see their objects change. Pods are fixed in any case.",
        about: "Fixes the pod templates of workloads too, and not only their Pods. Operators and GitOps tools see \
                their objects change. Objects with a controller are never changed.",
        example: "mutate: safe\nmutateTemplates: true\n",
    },
    Setting {
        name: "annotate",
        values: Values::Flag,
        default: "false",
        label: "Write fixes into an annotation",
        short: "oke-virtual-nodes.kubewarden.io/fixed",
        about: "Adds the annotation `oke-virtual-nodes.kubewarden.io/fixed` to a fixed object: a JSON list with \
                each path, the old and the new value.",
        example: "mutate: safe\nannotate: true\n",
    },
    Setting {
        name: "helpUrl",
        values: Values::Url,
        default: "\"\"",
        label: "Address of your own help page",
        short: "Stands at the end of every denial.",
        about: "An address at the end of every denial, such as a page of your own about virtual nodes.",
        example: "helpUrl: https://wiki.example.com/virtual-nodes\n",
    },
    Setting {
        name: "lookups",
        values: Values::Some(&Lookup::NAMES),
        default: "[]",
        label: "Kinds to look up in the cluster",
        short: "Node, Pod, Secret, PersistentVolumeClaim, Namespace, StorageClass, PersistentVolume. Each needs an entry under Context Aware and a permission.",
        about: "The kinds that the policy looks up in the cluster. `Node`: with `nodeKind: mixed`, the nodes with \
                the labels of `virtualNodes`. `Pod`: with `nodeKind: mixed`, where a pod runs, for exec, attach \
                and port-forward, which only warn without it, and kubectl does not print these warnings. `Secret`: the type of image pull secrets, never \
                their content. `PersistentVolumeClaim`: the claim that a pod names, if any claim can be \
                accepted. `Namespace`: whether a pod's namespace asks for a service mesh. `StorageClass`: whether \
                the class of a claim is one of File Storage. `PersistentVolume`: whether the volume that a claim \
                names is on File Storage. The last two need `platform: \"2026-08-28\"`. Each kind needs an entry in \
                `contextAwareResources` of the policy and a permission for the account of the policy server. An \
                AdmissionPolicy can't have them.",
        example: "lookups: [Secret, Namespace]\n",
    },
    Setting {
        name: "onLookupFailure",
        values: Values::Choice(&["deny", "warn"]),
        default: "\"warn\"",
        label: "When a look-up fails",
        short: "Whether a look-up that fails warns or denies.",
        about: "The level of a look-up that fails, whatever the level of the rule that needs it. A failed look-up \
                never counts as a yes, and the message names the missing permission. An object that doesn't \
                exist, such as a Secret that is created later, is not a failure.",
        example: "lookups: [Secret]\nonLookupFailure: deny\n",
    },
    Setting {
        name: "exemptions",
        values: Values::Structure,
        default: "[]",
        label: "Exemptions",
        short: "Findings to leave out, each with a reason.",
        about: "The findings to leave out. An exemption can name `namespaces` and `names` (`*` stands for any \
                text), `kinds`, `labels` (all of them, of the object), `users` and `groups` (of the sender of the \
                request), and `rules`, without which it holds for all rules. All fields that are set must match; \
                in a list, one entry must match. `reason` is required. An exempted finding isn't denied, warned \
                about or fixed; its rule is only in the audit annotation `exempted`. An exemption that matches \
                everything is an error. One that sets nothing but `labels` and `rules` lets every author exempt \
                their own workloads, because authors choose the labels; add `namespaces`, `users` or `groups`. An \
                exemption of a workload doesn't cover its pods: match both by \
                `labels`, or by a name such as `web-*`, which is compared with the beginning of a generated name.",
        example: "exemptions:\n  - namespaces: [\"monitoring-*\"]\n    kinds: [DaemonSet]\n    rules: [daemonset]\n    \
                  reason: runs on the managed nodes alone\n",
    },
    Setting {
        name: "allowAnnotations",
        values: Values::Flag,
        default: "false",
        label: "Let authors exempt their workloads",
        short: "With the annotation oke-virtual-nodes.kubewarden.io/exempt, and a reason.",
        about: "Lets authors exempt their workloads with the annotation `oke-virtual-nodes.kubewarden.io/exempt` \
                on the object or on its pod template, which passes it on to the pods. Its form is \
                `<rule>[,<rule>]: <reason>`. Without this setting, with an unknown rule or without a reason, the \
                annotation has no effect, and a warning says so.",
        example: "allowAnnotations: true\n",
    },
];

/// The description of `rules.placement`, which finds nothing by itself and so isn't a rule.
pub const PLACEMENT: &str = "With `nodeKind: mixed`: gives a Pod that would be denied, when it is created, the required node affinity \
     that keeps it on managed nodes. Its findings then only warn. Workload templates get the affinity with \
     `mutateTemplates`. Without it they only warn, because their Pods get it. A pod that asks for virtual nodes \
     stays denied, and so do DaemonSets and findings outside the pod template. Deploy the policy with `mutating: \
     true`.";

/// Whether the policy accepts these settings.
#[must_use]
pub fn takes(settings: &Value) -> bool {
    check(Some(&settings.to_string())).is_ok()
}

/// The values that a setting takes, in words.
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
        "All settings are optional. `{}` judges every pod as a pod on a virtual node, uses the profile `strict`, and changes \
         nothing. Settings are checked strictly: an unknown name, a value of a wrong type, and a level or fix that \
         doesn't exist are errors. One message has all of them. `kwctl run --settings-path` shows them before you deploy. \
         In the cluster they are in the log of the policy server. [settings.schema.json](../settings.schema.json) lets \
         an editor check the settings.",
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
            page.push_str("\nThe [table of rules](rules.md) has the default levels.\n");
            page.push_str("\n### placement\n\n");
            page.push_str(&wrapped(PLACEMENT, ""));
            page.push_str("\n```yaml\nnodeKind: mixed\nrules:\n  placement:\n    mutate: true\n```\n");
        }
    }
    page
}
