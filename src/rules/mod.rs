//! The catalogue: one file for each rule, named after its id.

use crate::check::Check;
use crate::lint::rule::Rule;

macro_rules! catalogue {
    ($($rule:ident,)*) => {
        $(pub mod $rule;)*

        /// All rules, in the order of the catalogue.
        pub static RULES: &[&Rule] = &[$(&$rule::RULE),*];

        /// The checks of each rule, in the same order.
        pub static CHECKS: &[&[Check]] = &[$($rule::CHECKS),*];
    };
}

catalogue! {
    init_containers,
    ephemeral_containers,
    volume_type,
    persistent_volume_claim,
    emptydir_count,
    emptydir_size_limit,
    emptydir_medium,
    projected_source,
    resource_field_ref,
    volume_default_mode,
    volume_item_mode,
    token_expiration,
    host_ipc,
    host_network,
    host_pid,
    hostname,
    hostname_as_fqdn,
    share_process_namespace,
    pod_os,
    pod_overhead,
    fs_group,
    fs_group_change_policy,
    supplemental_groups,
    selinux_options,
    sysctls,
    seccomp_profile,
    unlisted_security_context,
    privileged,
    privilege_escalation,
    proc_mount,
    host_port,
    host_ip,
    node_port_conflict,
    termination_message,
    volume_devices,
    mount_propagation,
    sub_path_expr,
    grpc_probe,
    probe_termination_grace_period,
    requests_equal_limits,
    missing_resources,
    subcore_cpu,
    pod_shape,
    pod_size,
    ephemeral_storage,
    interactive_container,
    termination_grace_period,
    deletion_grace_period,
    image_pull_secret_type,
    daemonset,
    persistent_volume,
    network_policy,
    third_party_cni,
    service_mesh,
    vertical_pod_autoscaler,
    cluster_autoscaler,
    kubernetes_dashboard,
    kube_proxy,
    ingress_nginx,
    metrics_server,
    operator_adds,
    job_ttl,
    external_traffic_policy,
    load_balancer_security_list,
    load_balancer_node_ports,
    exec,
    attach,
    port_forward,
    image_update,
    config_propagation,
}
