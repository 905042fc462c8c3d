//! What Oracle allocates to a Pod on a virtual node, for its requests and limits.
//!
//! Every figure is from Oracle's page [Resources Allocated to Pods Provisioned by Virtual Nodes][page] (updated
//! 2024-08-14), and the tests go through that page sentence by sentence. Where the page leaves something open, the
//! choice is in [`Rates`] or is named at the function.
//!
//! [page]: https://docs.oracle.com/en-us/iaas/Content/ContEng/Tasks/contengvirtualnodepodresourceallocation.htm

use serde::Serialize;

use super::amount::{Amount, NANOS};

/// The page that the arithmetic follows.
pub const ALLOCATION_PAGE: &str =
    "https://docs.oracle.com/en-us/iaas/Content/ContEng/Tasks/contengvirtualnodepodresourceallocation.htm";

/// GB of storage that each Pod gets for the root file systems of its containers, images included.
pub const STORAGE_GB: u64 = 15;

/// Gbps of network bandwidth for each OCPU.
const GBPS_PER_OCPU: u64 = 1;
/// The least and the most bandwidth of a Pod, in Gbps.
const MIN_GBPS: u64 = 1;
const MAX_GBPS: u64 = 40;

/// A container without a request and a limit counts an eighth of an OCPU and half a GB. A Pod gets no less than that.
const LEAST_OCPU: u128 = 8;
const LEAST_GB: u128 = 2;
/// kube-proxy and the container runtime take a quarter of a GB, and cpu that is negligible.
const OVERHEAD_GB: u128 = 4;

/// The shape of the Pods of a virtual node pool. Oracle has these three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
pub enum Shape {
    /// Arm (Ampere).
    #[value(name = "Pod.Standard.A1.Flex")]
    #[serde(rename = "Pod.Standard.A1.Flex")]
    A1,
    /// AMD.
    #[value(name = "Pod.Standard.E3.Flex")]
    #[serde(rename = "Pod.Standard.E3.Flex")]
    E3,
    /// AMD.
    #[value(name = "Pod.Standard.E4.Flex")]
    #[serde(rename = "Pod.Standard.E4.Flex")]
    E4,
}

impl Shape {
    /// The name that Oracle gives it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::A1 => "Pod.Standard.A1.Flex",
            Self::E3 => "Pod.Standard.E3.Flex",
            Self::E4 => "Pod.Standard.E4.Flex",
        }
    }

    /// The most OCPUs of a Pod; `None` where Oracle's page has no figure (Arm). It has none for memory at all.
    #[must_use]
    pub const fn max_ocpus(self) -> Option<u64> {
        match self {
            Self::A1 => None,
            Self::E3 | Self::E4 => Some(64),
        }
    }

    /// The vCPUs of an OCPU: 128 for 64 on the AMD shapes; one on Arm.
    #[must_use]
    pub const fn vcpus_per_ocpu(self) -> u8 {
        match self {
            Self::A1 => 1,
            Self::E3 | Self::E4 => 2,
        }
    }
}

/// The bytes of a GB. Oracle's page does not say which is meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Gigabyte {
    /// 10^9 bytes. Never too low an estimate, for a GB of 2^30 bytes holds more.
    #[default]
    Decimal,
    /// 2^30 bytes, as Kubernetes' `Gi`.
    Binary,
}

/// The units that Oracle counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// The shape of the virtual node pool.
    pub shape: Shape,
    /// How many CPUs of a request or limit make one OCPU: 1 or 2. Oracle does not say.
    pub cpus_per_ocpu: u8,
    /// The bytes of a GB.
    pub gigabyte: Gigabyte,
}

impl Rates {
    /// The rates of a shape, with Oracle's figure for its vCPUs taken for that of Kubernetes' CPUs.
    #[must_use]
    pub const fn of_shape(shape: Shape) -> Self {
        Self { shape, cpus_per_ocpu: shape.vcpus_per_ocpu(), gigabyte: Gigabyte::Decimal }
    }

    /// An OCPU, in Kubernetes' CPUs.
    #[must_use]
    pub fn ocpu(&self) -> Amount {
        Amount::of_nanos(NANOS * u128::from(self.cpus_per_ocpu.max(1)))
    }

    /// A GB, in bytes.
    #[must_use]
    pub const fn gb(&self) -> Amount {
        match self.gigabyte {
            Gigabyte::Decimal => Amount::of_nanos(1_000_000_000 * NANOS),
            Gigabyte::Binary => Amount::of_nanos((1 << 30) * NANOS),
        }
    }

    /// The cpu of a container that names none, and the least of a Pod.
    #[must_use]
    pub fn least_cpu(&self) -> Amount {
        Amount::of_nanos(self.ocpu().nanos() / LEAST_OCPU)
    }

    /// The memory of a container that names none, and the least of a Pod.
    #[must_use]
    pub const fn least_memory(&self) -> Amount {
        Amount::of_nanos(self.gb().nanos() / LEAST_GB)
    }

    /// The memory of kube-proxy and the container runtime.
    #[must_use]
    pub const fn overhead(&self) -> Amount {
        Amount::of_nanos(self.gb().nanos() / OVERHEAD_GB)
    }
}

/// What is written for one resource of a container or of a Pod.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Resource {
    /// The request.
    pub request: Option<Amount>,
    /// The limit.
    pub limit: Option<Amount>,
}

impl Resource {
    /// What Oracle uses: the limit, else the request.
    #[must_use]
    pub fn used(self) -> Option<Amount> {
        self.limit.or(self.request)
    }

    /// What is asked for: the request, and as in Kubernetes the limit where there is no request.
    #[must_use]
    pub fn asked(self) -> Option<Amount> {
        self.request.or(self.limit)
    }
}

/// A container of a Pod.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// Its cpu, in Kubernetes' CPUs.
    pub cpu: Resource,
    /// Its memory, in bytes.
    pub memory: Resource,
}

/// A Pod, as far as its allocation depends on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pod {
    /// Its containers that run all the time; init containers are not on Oracle's page, and not here.
    pub containers: Vec<Container>,
    /// The cpu of the whole Pod (`spec.resources`).
    pub cpu: Resource,
    /// The memory of the whole Pod, likewise.
    pub memory: Resource,
}

/// One of the two resources that Oracle allocates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Cpu.
    Cpu,
    /// Memory.
    Memory,
}

impl Pod {
    /// What is asked for, for the whole Pod: its own request, else what its containers request, else its own limit, as
    /// Kubernetes counts it.
    #[must_use]
    pub fn asked(&self, kind: Kind) -> Amount {
        let own = self.own(kind);
        let mut containers = self.containers.iter().filter_map(|container| container.of(kind).asked()).peekable();
        match own.request {
            Some(request) => request,
            None if containers.peek().is_some() => containers.sum(),
            None => own.limit.unwrap_or_default(),
        }
    }

    /// The resources of the whole Pod. Oracle's page is older than these; where they are, they count in place of the
    /// containers'.
    #[must_use]
    pub fn own(&self, kind: Kind) -> Resource {
        match kind {
            Kind::Cpu => self.cpu,
            Kind::Memory => self.memory,
        }
    }

    /// The sum that Oracle makes of the containers, a container that has neither a request nor a limit included.
    fn used(&self, kind: Kind, rates: &Rates) -> Amount {
        match self.own(kind).used() {
            Some(own) => own,
            None => self.containers.iter().map(|container| container.used(kind, rates)).sum(),
        }
    }
}

impl Container {
    /// What is written for a resource.
    #[must_use]
    pub fn of(&self, kind: Kind) -> Resource {
        match kind {
            Kind::Cpu => self.cpu,
            Kind::Memory => self.memory,
        }
    }

    /// What Oracle counts for the container. A container that has only cpu, or only memory, counts the least of the
    /// other: the page speaks of containers with neither a request nor a limit, and this reads it by resource.
    #[must_use]
    pub fn used(&self, kind: Kind, rates: &Rates) -> Amount {
        self.of(kind).used().unwrap_or_else(|| match kind {
            Kind::Cpu => rates.least_cpu(),
            Kind::Memory => rates.least_memory(),
        })
    }
}

/// What a Pod is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allocation {
    /// The cpu before it is rounded up, in Kubernetes' CPUs.
    pub cpu: Amount,
    /// The memory before it is rounded up, in bytes, that of kube-proxy and the container runtime included.
    pub memory: Amount,
    /// Whole OCPUs.
    pub ocpus: u64,
    /// Whole GB of memory.
    pub gb: u64,
}

impl Allocation {
    /// Calculates what a Pod is given. It depends on nothing but the Pod and the units.
    #[must_use]
    pub fn of(pod: &Pod, rates: &Rates) -> Self {
        let cpu = pod.used(Kind::Cpu, rates).max(rates.least_cpu());
        let memory = pod.used(Kind::Memory, rates).plus(rates.overhead()).max(rates.least_memory());
        Self { cpu, memory, ocpus: cpu.round_up(rates.ocpu()), gb: memory.round_up(rates.gb()) }
    }

    /// The network bandwidth, in Gbps.
    #[must_use]
    pub fn gbps(&self) -> u64 {
        self.ocpus.saturating_mul(GBPS_PER_OCPU).clamp(MIN_GBPS, MAX_GBPS)
    }

    /// Whether the shape has Pods of this size.
    #[must_use]
    pub fn fits(&self, shape: Shape) -> bool {
        shape.max_ocpus().is_none_or(|most| self.ocpus <= most)
    }

    /// The cpu that is given and was not needed, in Kubernetes' CPUs.
    #[must_use]
    pub fn rounded_cpu(&self, rates: &Rates) -> Amount {
        rates.ocpu().times(self.ocpus).minus(self.cpu)
    }

    /// The memory that is given and was not needed, in bytes.
    #[must_use]
    pub fn rounded_memory(&self, rates: &Rates) -> Amount {
        rates.gb().times(self.gb).minus(self.memory)
    }
}

#[cfg(test)]
#[path = "allocation_tests.rs"]
mod tests;
