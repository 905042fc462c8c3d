//! Every field that a view reads has the name and the type that it has in Kubernetes' API, as `k8s-openapi` knows it.

mod common;

use std::collections::BTreeSet;

use common::policy::{Field, Fields, KNOWN_KINDS, KnownKindInfo, Lookup, Shape, View, lookup_fields, shape, views};
use common::sources;
use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::authentication::v1::UserInfo;
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::api::storage::v1::StorageClass;
use oke_virtual_nodes_policy::config::PLATFORMS;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::Value;

/// A schema with the definitions that it refers to.
fn schema_of<T: JsonSchema>() -> Value {
    SchemaGenerator::new(SchemaSettings::draft2020_12()).into_root_schema_for::<T>().to_value()
}

/// The schemas of what the API server sends for a kind; several where one view serves them all.
fn schemas(kind: &str) -> Vec<Value> {
    vec![match kind {
        "Pod" => schema_of::<core::Pod>(),
        "Deployment" => schema_of::<Deployment>(),
        "ReplicaSet" => schema_of::<ReplicaSet>(),
        "StatefulSet" => schema_of::<StatefulSet>(),
        "DaemonSet" => schema_of::<DaemonSet>(),
        "Job" => schema_of::<Job>(),
        "CronJob" => schema_of::<CronJob>(),
        "ReplicationController" => schema_of::<core::ReplicationController>(),
        "PodTemplate" => schema_of::<core::PodTemplate>(),
        "PersistentVolumeClaim" => schema_of::<core::PersistentVolumeClaim>(),
        "PersistentVolume" => schema_of::<core::PersistentVolume>(),
        "NetworkPolicy" => schema_of::<NetworkPolicy>(),
        "Namespace" => schema_of::<core::Namespace>(),
        "Service" => schema_of::<core::Service>(),
        // Each field is one of either or of both.
        "ConfigMap" | "Secret" => return vec![schema_of::<core::ConfigMap>(), schema_of::<core::Secret>()],
        kind => panic!("no schema of {kind}"),
    }]
}

/// A schema in the document that its references point into.
#[derive(Clone, Copy)]
struct Schema<'s> {
    root: &'s Value,
    value: &'s Value,
}

impl<'s> Schema<'s> {
    fn new(root: &'s Value) -> Self {
        Schema { root, value: root }
    }

    fn at(self, value: &'s Value) -> Schema<'s> {
        Schema { root: self.root, value }
    }

    /// The name of the definition, if the schema refers to one.
    fn definition(self) -> &'s str {
        self.value["$ref"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default()
    }

    fn resolved(self) -> Schema<'s> {
        match self.definition() {
            "" => self,
            name => {
                let value = &self.root["$defs"][name];
                assert!(value.is_object(), "no definition of {name}");
                self.at(value)
            }
        }
    }

    fn is(self, type_name: &str) -> bool {
        self.resolved().value["type"] == type_name
    }

    fn has_format(self, format: &str) -> bool {
        self.resolved().value["format"] == format
    }

    fn property(self, name: &str) -> Option<Schema<'s>> {
        self.resolved().value["properties"].get(name).map(|value| self.at(value))
    }

    fn properties(self) -> BTreeSet<&'s str> {
        self.resolved().value["properties"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect()
    }
}

/// What a view says that Kubernetes does not.
fn differences(path: &str, shape: &Shape, schemas: &[Schema<'_>], wrong: &mut Vec<String>) {
    let all = |is: &dyn Fn(&Schema<'_>) -> bool| schemas.iter().all(is);
    let agrees = match shape {
        Shape::Bool => all(&|schema| schema.is("boolean")),
        Shape::Int32 => all(&|schema| schema.is("integer") && schema.has_format("int32")),
        Shape::Int64 => all(&|schema| schema.is("integer") && schema.has_format("int64")),
        Shape::Text => all(&|schema| schema.is("string")),
        Shape::Quantity => all(&|schema| schema.definition().ends_with(".resource.Quantity")),
        Shape::Presence => all(&|schema| schema.is("object")),
        Shape::List(element) => {
            let items: Vec<_> = schemas.iter().map(|schema| schema.at(&schema.resolved().value["items"])).collect();
            differences(&format!("{path}[]"), element, &items, wrong);
            all(&|schema| schema.is("array"))
        }
        // Of some objects matters only whether they have any field.
        Shape::Map(Shape::Raw) => all(&|schema| schema.is("object")),
        Shape::Map(value) => {
            let values: Vec<_> =
                schemas.iter().map(|schema| schema.at(&schema.resolved().value["additionalProperties"])).collect();
            differences(&format!("{path}[*]"), value, &values, wrong);
            all(&|schema| schema.is("object") && schema.resolved().value["additionalProperties"].is_object())
        }
        Shape::Object(fields) => {
            for field in fields.known {
                let path = format!("{path}.{}", field.name);
                let found: Vec<_> = schemas.iter().filter_map(|schema| schema.property(field.name)).collect();
                if found.is_empty() {
                    wrong.push(format!("{path}: no such field"));
                } else {
                    differences(&path, field.shape, &found, wrong);
                }
            }
            all(&|schema| schema.is("object"))
        }
        // Any value will do.
        _ => matches!(shape, Shape::Raw | Shape::Any),
    };
    if !agrees {
        let types: Vec<_> = schemas.iter().map(|schema| schema.resolved().value["type"].to_string()).collect();
        wrong.push(format!("{path}: the view says {}, and it is {}", name_of(shape), types.join(", ")));
    }
}

fn name_of(shape: &Shape) -> &'static str {
    match shape {
        Shape::Bool => "a boolean",
        Shape::Int32 => "an int32",
        Shape::Int64 => "an int64",
        Shape::Text => "a string",
        Shape::Quantity => "a quantity",
        Shape::List(_) => "a list",
        Shape::Presence | Shape::Object(_) | Shape::Map(_) => "an object",
        _ => "anything",
    }
}

fn compare(path: &str, shape: &Shape, roots: &[Value]) -> Vec<String> {
    let mut wrong = Vec::new();
    let schemas: Vec<_> = roots.iter().map(Schema::new).collect();
    differences(path, shape, &schemas, &mut wrong);
    wrong
}

/// The known kinds, without what a connection to a pod sends, which has no metadata.
fn objects() -> impl Iterator<Item = &'static KnownKindInfo<'static>> {
    KNOWN_KINDS.iter().filter(|info| !info.name.ends_with("Options"))
}

#[test]
fn every_field_of_every_view_is_one_of_kubernetes() {
    for info in objects() {
        let shape = shape(info.group, info.name).expect("what is read of it");
        let wrong = compare(info.name, shape, &schemas(info.name));
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[test]
fn a_wrong_name_and_a_wrong_type_are_noticed() {
    static SHAPE: Shape = Shape::Object(&Fields {
        known: &[
            Field { name: "kind", shape: &Shape::Text },
            Field { name: "kindd", shape: &Shape::Text },
            Field { name: "apiVersion", shape: &Shape::Bool },
            Field { name: "metadata", shape: &Shape::List(&Shape::Text) },
        ],
        others: false,
    });
    let wrong = compare("Pod", &SHAPE, &[schema_of::<core::Pod>()]);
    let places: Vec<_> = wrong.iter().map(|wrong| wrong.split(':').next().unwrap_or_default()).collect();
    assert_eq!(places, ["Pod.kindd", "Pod.apiVersion", "Pod.metadata[]", "Pod.metadata"], "{wrong:?}");
}

fn fields<'d, V: View<'d>>() -> BTreeSet<&'static str> {
    match V::SHAPE {
        Shape::Object(Fields { known, others: true }) => known.iter().map(|field| field.name).collect(),
        _ => panic!("a view that keeps the names of other fields"),
    }
}

/// A source that the view did not know would be taken for a field from the future, and not be seen beside a known one.
#[test]
fn every_source_of_a_volume_is_known() {
    let volume = schema_of::<core::Volume>();
    assert_eq!(fields::<views::Volume<'_>>(), Schema::new(&volume).properties());
    let projection = schema_of::<core::VolumeProjection>();
    assert_eq!(fields::<views::VolumeProjection<'_>>(), Schema::new(&projection).properties());
}

/// Of a PersistentVolume it is the other way round: what is not known there is a source.
#[test]
fn every_field_of_a_persistent_volume_that_is_no_source_is_known() {
    let root = schema_of::<core::PersistentVolumeSpec>();
    let schema = Schema::new(&root);
    let is_source =
        |name: &&str| schema.property(name).is_some_and(|property| property.definition().ends_with("VolumeSource"));
    let (sources, others): (BTreeSet<_>, BTreeSet<_>) = schema.properties().into_iter().partition(is_source);
    assert!(sources.len() > 15 && sources.contains("nfs") && sources.contains("csi"), "{sources:?}");
    let mut known = fields::<views::PersistentVolumeSpec<'_>>();
    assert!(known.remove("csi"));
    assert_eq!(known, others);
}

/// A view says which definition it is one of; nothing but this test reads it.
#[test]
fn every_definition_that_a_view_names_is_one_of_kubernetes() {
    let mut roots: Vec<_> = objects().flat_map(|info| schemas(info.name)).collect();
    // Nodes are only looked up, and who asks is part of the request.
    roots.extend([schema_of::<core::Node>(), schema_of::<UserInfo>()]);
    let mut known: BTreeSet<_> = roots
        .iter()
        .flat_map(|root| root["$defs"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()))
        .collect();
    known.extend(roots.iter().filter_map(|root| root["title"].as_str()));
    let sources = sources("src");
    let named = sources.lines().filter_map(|line| {
        let (_, rest) = line.strip_prefix("    ")?.split_once(" = \"")?;
        let (name, rest) = rest.split_once('"')?;
        let is_view = rest == " {" || rest == " with others {";
        (is_view && !name.is_empty()).then_some(name)
    });
    let named: Vec<_> = named.collect();
    assert!(named.len() > 40, "{named:?}");
    for name in named {
        assert!(known.contains(name), "no definition is called {name}");
    }
}

/// A mask that names no field would leave out what is asked for, and nobody would notice.
#[test]
fn every_field_that_is_looked_up_is_one_of_kubernetes() {
    for lookup in Lookup::ALL {
        let root = match lookup {
            Lookup::Node => schema_of::<core::Node>(),
            Lookup::Pod => schema_of::<core::Pod>(),
            Lookup::Secret => schema_of::<core::Secret>(),
            Lookup::PersistentVolumeClaim => schema_of::<core::PersistentVolumeClaim>(),
            Lookup::Namespace => schema_of::<core::Namespace>(),
            Lookup::StorageClass => schema_of::<StorageClass>(),
            Lookup::PersistentVolume => schema_of::<core::PersistentVolume>(),
        };
        for platform in &PLATFORMS {
            let masks: Vec<String> = serde_json::from_str(lookup_fields(lookup, platform)).expect("a list of paths");
            assert!(!masks.is_empty(), "no mask asks for everything");
            assert_eq!(masks.iter().collect::<BTreeSet<_>>().len(), masks.len(), "{masks:?}");
            for mask in masks {
                let field = mask.split('.').try_fold(Schema::new(&root), Schema::property);
                assert!(field.is_some(), "{} has no {mask}", lookup.name());
            }
        }
    }
}
