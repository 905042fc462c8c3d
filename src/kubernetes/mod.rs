//! Kubernetes' API as data: kinds, fields of objects, images, products and virtual nodes.

pub mod custom_workloads;
pub mod image;
pub mod kinds;
pub mod object;
pub mod products;
pub mod resources;
pub mod views;
pub mod virtual_node;
