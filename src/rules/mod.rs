//! The registry: one file for each rule, named after its id.

use crate::rule::Rule;

pub mod attach;
pub mod cluster_autoscaler;
pub mod config_propagation;
pub mod daemonset;
pub mod deletion_grace_period;
pub mod emptydir_count;
pub mod emptydir_medium;
pub mod emptydir_size_limit;
pub mod ephemeral_containers;
pub mod exec;
pub mod external_traffic_policy;
pub mod fs_group;
pub mod fs_group_change_policy;
pub mod grpc_probe;
pub mod host_ip;
pub mod host_ipc;
pub mod host_network;
pub mod host_pid;
pub mod host_port;
pub mod hostname;
pub mod hostname_as_fqdn;
pub mod image_pull_secret_type;
pub mod image_update;
pub mod ingress_nginx;
pub mod init_containers;
pub mod interactive_container;
pub mod kube_proxy;
pub mod kubernetes_dashboard;
pub mod load_balancer_security_list;
pub mod metrics_server;
pub mod missing_resources;
pub mod mount_propagation;
pub mod network_policy;
pub mod node_port_conflict;
pub mod persistent_volume;
pub mod persistent_volume_claim;
pub mod pod_os;
pub mod pod_overhead;
pub mod pod_shape;
pub mod port_forward;
pub mod privilege_escalation;
pub mod privileged;
pub mod probe_termination_grace_period;
pub mod proc_mount;
pub mod projected_source;
pub mod requests_equal_limits;
pub mod resource_field_ref;
pub mod seccomp_profile;
pub mod selinux_options;
pub mod service_mesh;
pub mod share_process_namespace;
pub mod sub_path_expr;
pub mod subcore_cpu;
pub mod supplemental_groups;
pub mod sysctls;
pub mod termination_grace_period;
pub mod termination_message;
pub mod third_party_cni;
pub mod token_expiration;
pub mod unlisted_security_context;
pub mod vertical_pod_autoscaler;
pub mod volume_default_mode;
pub mod volume_devices;
pub mod volume_item_mode;
pub mod volume_type;

/// All rules, in the order of the catalogue.
pub static RULES: &[&Rule] = &[
    &init_containers::RULE,
    &ephemeral_containers::RULE,
    &volume_type::RULE,
    &persistent_volume_claim::RULE,
    &emptydir_count::RULE,
    &emptydir_size_limit::RULE,
    &emptydir_medium::RULE,
    &projected_source::RULE,
    &resource_field_ref::RULE,
    &volume_default_mode::RULE,
    &volume_item_mode::RULE,
    &token_expiration::RULE,
    &host_ipc::RULE,
    &host_network::RULE,
    &host_pid::RULE,
    &hostname::RULE,
    &hostname_as_fqdn::RULE,
    &share_process_namespace::RULE,
    &pod_os::RULE,
    &pod_overhead::RULE,
    &fs_group::RULE,
    &fs_group_change_policy::RULE,
    &supplemental_groups::RULE,
    &selinux_options::RULE,
    &sysctls::RULE,
    &seccomp_profile::RULE,
    &unlisted_security_context::RULE,
    &privileged::RULE,
    &privilege_escalation::RULE,
    &proc_mount::RULE,
    &host_port::RULE,
    &host_ip::RULE,
    &node_port_conflict::RULE,
    &termination_message::RULE,
    &volume_devices::RULE,
    &mount_propagation::RULE,
    &sub_path_expr::RULE,
    &grpc_probe::RULE,
    &probe_termination_grace_period::RULE,
    &requests_equal_limits::RULE,
    &missing_resources::RULE,
    &subcore_cpu::RULE,
    &pod_shape::RULE,
    &interactive_container::RULE,
    &termination_grace_period::RULE,
    &deletion_grace_period::RULE,
    &image_pull_secret_type::RULE,
    &daemonset::RULE,
    &persistent_volume::RULE,
    &network_policy::RULE,
    &third_party_cni::RULE,
    &service_mesh::RULE,
    &vertical_pod_autoscaler::RULE,
    &cluster_autoscaler::RULE,
    &kubernetes_dashboard::RULE,
    &kube_proxy::RULE,
    &ingress_nginx::RULE,
    &metrics_server::RULE,
    &external_traffic_policy::RULE,
    &load_balancer_security_list::RULE,
    &exec::RULE,
    &attach::RULE,
    &port_forward::RULE,
    &image_update::RULE,
    &config_propagation::RULE,
];
