//! How many virtual nodes and addresses the Pods take.

use serde::Serialize;

use super::workload::Row;

/// The Pods of a virtual node. Source: Oracle's page Comparing Virtual Nodes with Managed Nodes.
pub const PODS_PER_NODE: u64 = 500;
/// The page with that figure.
pub const COMPARISON_PAGE: &str =
    "https://docs.oracle.com/en-us/iaas/Content/ContEng/Tasks/contengcomparingvirtualwithmanagednodes_topic.htm";

/// The addresses of a subnet that Oracle keeps: the first two and the last.
pub const RESERVED_ADDRESSES: u64 = 3;
/// The page with that figure.
pub const SUBNET_PAGE: &str =
    "https://docs.oracle.com/en-us/iaas/Content/Network/Tasks/Overview_of_VCNs_and_Subnets.htm";

/// The prefixes of the largest and the smallest network. Source: Oracle's Networking Overview.
const PREFIXES: std::ops::RangeInclusive<u32> = 16..=30;

/// What the Pods take besides cpu and memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Capacity {
    /// Pods.
    pub pods: u64,
    /// Pods while all workloads are rolled out at the same time.
    pub pods_in_rollout: u64,
    /// Virtual nodes that hold these Pods.
    pub virtual_nodes: u64,
    /// Addresses in the subnet of the Pods: one for each Pod, and one for each virtual node if these are in the same subnet,
    /// as in Oracle's example.
    pub addresses: u64,
    /// The same while all workloads are rolled out at the same time.
    pub addresses_in_rollout: u64,
    /// The prefix of the smallest subnet that holds the addresses of a rollout and those that Oracle keeps: 24 for a `/24`.
    /// `None` if no subnet is large enough.
    pub prefix: Option<u32>,
}

impl Capacity {
    /// The capacity for the rows. The surge is part of it, whether or not it is in the sums.
    #[must_use]
    pub fn of(rows: &[Row]) -> Self {
        let sum = |count: fn(&Row) -> u64| rows.iter().map(count).fold(0, u64::saturating_add);
        let pods = sum(|row| row.count.pods);
        let pods_in_rollout = sum(|row| row.count.pods.saturating_add(row.count.surge));
        let virtual_nodes = pods_in_rollout.div_ceil(PODS_PER_NODE);
        let addresses_in_rollout = pods_in_rollout.saturating_add(virtual_nodes);
        Self {
            pods,
            pods_in_rollout,
            virtual_nodes,
            addresses: pods.saturating_add(virtual_nodes),
            addresses_in_rollout,
            prefix: smallest_prefix(addresses_in_rollout),
        }
    }
}

/// The prefix of the smallest subnet for so many addresses.
fn smallest_prefix(addresses: u64) -> Option<u32> {
    PREFIXES.rev().find(|prefix| 1_u64 << (32 - prefix) >= addresses.saturating_add(RESERVED_ADDRESSES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subnet_is_the_smallest() {
        for (addresses, prefix) in [
            (0, Some(30)),
            (1, Some(30)),
            (2, Some(29)),
            (5, Some(29)),
            (6, Some(28)),
            (253, Some(24)),
            (254, Some(23)),
            (65_533, Some(16)),
            (65_534, None),
            (u64::MAX, None),
        ] {
            assert_eq!(smallest_prefix(addresses), prefix, "{addresses}");
        }
    }
}
