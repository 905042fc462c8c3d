//! Oracle's page on resource allocation, sentence by sentence. Each test is named after what the sentence says.

use super::*;

const E4: Rates = Rates::of_shape(Shape::E4);
const A1: Rates = Rates::of_shape(Shape::A1);

fn amount(text: &str) -> Amount {
    Amount::of_quantity(&text.into()).unwrap()
}

/// `""` is absent.
fn resource(request: &str, limit: &str) -> Resource {
    let some = |text: &str| (!text.is_empty()).then(|| amount(text));
    Resource { request: some(request), limit: some(limit) }
}

fn container(cpu: (&str, &str), memory: (&str, &str)) -> Container {
    Container { name: "c".to_owned(), cpu: resource(cpu.0, cpu.1), memory: resource(memory.0, memory.1) }
}

fn pod(containers: &[Container]) -> Pod {
    Pod { containers: containers.to_vec(), ..Pod::default() }
}

/// Containers with limits alone.
fn limits(all: &[(&str, &str)]) -> Pod {
    pod(&all.iter().map(|(cpu, memory)| container(("", cpu), ("", memory))).collect::<Vec<_>>())
}

fn given(pod: &Pod, rates: &Rates) -> (u64, u64) {
    let allocation = Allocation::of(pod, rates);
    (allocation.ocpus, allocation.gb)
}

#[test]
fn allocation_is_at_the_pod_level() {
    // Four containers that would fill an OCPU each if they were rounded alone fill one together.
    let four = limits(&[("250m", "100M"); 4]);
    assert_eq!(given(&four, &A1), (1, 1));
    assert_eq!(given(&limits(&[("250m", "100M")]), &A1), (1, 1));
}

#[test]
fn requests_and_limits_of_each_container_count() {
    let two = limits(&[("3", "2G"), ("1500m", "4G")]);
    // 4.5 CPU are 2.25 OCPU; 6 GB + 0.25 GB.
    assert_eq!(given(&two, &E4), (3, 7));
    assert_eq!(given(&two, &A1), (5, 7));
}

#[test]
fn the_number_of_containers_counts() {
    for (containers, ocpus, gb) in [(1, 1, 1), (2, 1, 2), (8, 1, 5), (9, 2, 5)] {
        // Each counts 0.125 OCPU and 0.5 GB.
        let empty = pod(&vec![Container::default(); containers]);
        assert_eq!(given(&empty, &E4), (ocpus, gb), "{containers}");
        assert_eq!(given(&empty, &A1), (ocpus, gb), "{containers}");
    }
}

#[test]
fn kube_proxy_and_the_runtime_take_a_quarter_of_a_gb_and_no_cpu() {
    assert_eq!(given(&limits(&[("2", "1750M")]), &E4), (1, 2));
    assert_eq!(given(&limits(&[("2", "1751M")]), &E4), (1, 3));
    assert_eq!(Allocation::of(&limits(&[("2", "1G")]), &E4).cpu, amount("2"));
}

#[test]
fn the_least_is_an_eighth_of_an_ocpu_and_half_a_gb() {
    let zero = limits(&[("0", "0")]);
    for (rates, least_cpu) in [(&E4, "250m"), (&A1, "125m")] {
        let allocation = Allocation::of(&zero, rates);
        assert_eq!((allocation.cpu, allocation.memory), (amount(least_cpu), amount("500M")));
        assert_eq!((allocation.ocpus, allocation.gb), (1, 1));
    }
    // A Pod needs no container to be given that.
    assert_eq!(given(&pod(&[]), &E4), (1, 1));
}

#[test]
fn a_limit_alone_is_used() {
    assert_eq!(given(&pod(&[container(("", "5"), ("", "5G"))]), &E4), (3, 6));
}

#[test]
fn a_request_alone_is_used() {
    assert_eq!(given(&pod(&[container(("5", ""), ("5G", ""))]), &E4), (3, 6));
}

#[test]
fn of_both_the_limit_is_used() {
    assert_eq!(given(&pod(&[container(("100m", "5"), ("64M", "5G"))]), &E4), (3, 6));
    // Kubernetes refuses a limit below the request; the sentence holds all the same.
    assert_eq!(given(&pod(&[container(("5", "2"), ("5G", "1G"))]), &E4), (1, 2));
}

#[test]
fn neither_is_an_eighth_of_an_ocpu_and_half_a_gb_per_container() {
    let allocation = Allocation::of(&pod(&[Container::default(), Container::default()]), &E4);
    assert_eq!((allocation.cpu, allocation.memory), (amount("500m"), amount("1250M")));
    let allocation = Allocation::of(&pod(&[Container::default(), Container::default()]), &A1);
    assert_eq!(allocation.cpu, amount("250m"));
    // By resource: a container with cpu alone counts half a GB beside it.
    let half = Allocation::of(&pod(&[container(("1", ""), ("", ""))]), &E4);
    assert_eq!((half.cpu, half.memory), (amount("1"), amount("750M")));
}

#[test]
fn requests_that_equal_the_limits_are_given_what_they_ask_for() {
    // That is why Oracle recommends it: what is asked for is then what is used.
    let same = pod(&[container(("2", "2"), ("1750M", "1750M"))]);
    assert_eq!(same.asked(Kind::Cpu), Allocation::of(&same, &E4).cpu);
    let apart = pod(&[container(("100m", "2"), ("1750M", "1750M"))]);
    assert_ne!(apart.asked(Kind::Cpu), Allocation::of(&apart, &E4).cpu);
    assert_eq!(given(&apart, &E4), given(&same, &E4));
}

#[test]
fn the_most_depends_on_the_shape() {
    let most = limits(&[("128", "1G")]);
    let more = limits(&[("128001m", "1G")]);
    for shape in [Shape::E3, Shape::E4] {
        // 64 cores, 128 vCPUs.
        assert_eq!((shape.max_ocpus(), shape.vcpus_per_ocpu()), (Some(64), 2));
        assert!(Allocation::of(&most, &Rates::of_shape(shape)).fits(shape));
        assert!(!Allocation::of(&more, &Rates::of_shape(shape)).fits(shape));
        let one = Rates { cpus_per_ocpu: 1, ..Rates::of_shape(shape) };
        assert!(!Allocation::of(&most, &one).fits(shape));
    }
    // The page has no figure for Arm.
    assert!(Allocation::of(&more, &A1).fits(Shape::A1));
}

#[test]
fn bandwidth_is_one_gbps_per_ocpu() {
    let gbps = |cpu: &str| Allocation::of(&limits(&[(cpu, "1G")]), &A1).gbps();
    assert_eq!(gbps("7"), 7);
    // A part of an OCPU is a whole one before bandwidth is counted.
    assert_eq!(gbps("6100m"), 7);
}

#[test]
fn bandwidth_is_at_most_40_gbps() {
    for (cpu, gbps) in [("39", 39), ("40", 40), ("41", 40), ("64", 40)] {
        assert_eq!(Allocation::of(&limits(&[(cpu, "1G")]), &A1).gbps(), gbps, "{cpu}");
    }
}

#[test]
fn bandwidth_is_at_least_1_gbps() {
    assert_eq!(Allocation::of(&limits(&[("1m", "1G")]), &A1).gbps(), 1);
    assert_eq!(Allocation { cpu: Amount::ZERO, memory: Amount::ZERO, ocpus: 0, gb: 0 }.gbps(), 1);
}

#[test]
fn cpu_is_rounded_up_to_whole_ocpus() {
    for (cpu, e4, a1) in
        [("1m", 1, 1), ("1", 1, 1), ("1001m", 1, 2), ("2", 1, 2), ("2001m", 2, 3), ("2000000001n", 2, 3)]
    {
        let pod = limits(&[(cpu, "1G")]);
        assert_eq!((given(&pod, &E4).0, given(&pod, &A1).0), (e4, a1), "{cpu}");
    }
}

#[test]
fn memory_is_rounded_up_to_whole_gb() {
    let binary = Rates { gigabyte: Gigabyte::Binary, ..E4 };
    for (memory, decimal, gi) in [
        ("1", 1, 1),
        ("750M", 1, 1),
        ("750000001", 2, 1),
        ("768Mi", 2, 1),
        ("769Mi", 2, 2),
        ("1792Mi", 3, 2),
        ("4Gi", 5, 5),
    ] {
        let pod = limits(&[("1", memory)]);
        assert_eq!((given(&pod, &E4).1, given(&pod, &binary).1), (decimal, gi), "{memory}");
    }
}

#[test]
fn storage_is_15_gb_for_each_pod() {
    assert_eq!(STORAGE_GB, 15);
}

// "Container images consume some of that" and "the remaining allocation is available": the size of images is in no
// manifest, so 15 GB is all that can be told. Of billing, the tests of the advice on finished Jobs tell.

#[test]
fn resources_of_the_whole_pod_count_in_place_of_the_containers() {
    let mut pod = limits(&[("4", "4G"), ("4", "4G")]);
    pod.cpu = resource("1", "2");
    assert_eq!(given(&pod, &E4), (1, 9));
    pod.memory = resource("2G", "");
    assert_eq!(given(&pod, &E4), (1, 3));
    assert_eq!(pod.asked(Kind::Cpu), amount("1"));
    // As in Kubernetes: without a request of the Pod's own, its containers' requests count, before its own limit.
    pod.cpu = resource("", "16");
    assert_eq!(pod.asked(Kind::Cpu), amount("8"));
    assert_eq!(Pod { cpu: resource("", "16"), ..Pod::default() }.asked(Kind::Cpu), amount("16"));
}

mod laws {
    use super::*;
    use proptest::prelude::*;

    fn any_amount() -> impl Strategy<Value = Amount> {
        prop_oneof![0..1_u128 << 20, 0..1_u128 << 45, 0..1_u128 << 70].prop_map(Amount::of_nanos)
    }

    /// A resource as Kubernetes takes it: no limit below the request.
    fn any_resource() -> impl Strategy<Value = Resource> {
        prop_oneof![
            Just(Resource::default()),
            any_amount().prop_map(|limit| Resource { request: None, limit: Some(limit) }),
            any_amount().prop_map(|request| Resource { request: Some(request), limit: None }),
            (any_amount(), any_amount())
                .prop_map(|(request, more)| Resource { request: Some(request), limit: Some(request.plus(more)) }),
        ]
    }

    fn any_container() -> impl Strategy<Value = Container> {
        (any_resource(), any_resource()).prop_map(|(cpu, memory)| Container { name: String::new(), cpu, memory })
    }

    fn any_containers() -> impl Strategy<Value = Vec<Container>> {
        prop::collection::vec(any_container(), 0..6)
    }

    fn any_rates() -> impl Strategy<Value = Rates> {
        (1..=2_u8, any::<bool>(), 0..3_usize).prop_map(|(cpus_per_ocpu, binary, shape)| Rates {
            shape: [Shape::A1, Shape::E3, Shape::E4][shape],
            cpus_per_ocpu,
            gigabyte: if binary { Gigabyte::Binary } else { Gigabyte::Decimal },
        })
    }

    proptest! {
        #[test]
        fn what_is_given_is_at_least_what_was_asked_for(containers in any_containers(), rates in any_rates()) {
            let pod = pod(&containers);
            let allocation = Allocation::of(&pod, &rates);
            prop_assert!(rates.ocpu().times(allocation.ocpus) >= pod.asked(Kind::Cpu));
            prop_assert!(rates.gb().times(allocation.gb) >= pod.asked(Kind::Memory).plus(rates.overhead()));
        }

        #[test]
        fn less_than_one_unit_is_lost_to_rounding(containers in any_containers(), rates in any_rates()) {
            let allocation = Allocation::of(&pod(&containers), &rates);
            prop_assert!(allocation.rounded_cpu(&rates) < rates.ocpu());
            prop_assert!(allocation.rounded_memory(&rates) < rates.gb());
        }

        #[test]
        fn more_is_never_given_less(
            containers in any_containers(), at in any::<prop::sample::Index>(), more in any_amount(), rates in any_rates(),
        ) {
            let small = pod(&containers);
            let mut large = small.clone();
            if !large.containers.is_empty() {
                let index = at.index(large.containers.len());
                let container = &mut large.containers[index];
                for resource in [&mut container.cpu, &mut container.memory] {
                    if let Some(used) = resource.used() {
                        *resource = Resource { request: resource.request, limit: Some(used.plus(more)) };
                    }
                }
            }
            let (small, large) = (Allocation::of(&small, &rates), Allocation::of(&large, &rates));
            prop_assert!(large.ocpus >= small.ocpus && large.gb >= small.gb);
        }

        #[test]
        fn another_container_is_never_free_of_its_sum(
            containers in any_containers(), extra in any_container(), rates in any_rates(),
        ) {
            let small = Allocation::of(&pod(&containers), &rates);
            let large = Allocation::of(&pod(&[containers, vec![extra]].concat()), &rates);
            prop_assert!(large.ocpus >= small.ocpus && large.gb >= small.gb);
            prop_assert!(large.cpu >= small.cpu && large.memory >= small.memory);
        }

        #[test]
        fn the_order_of_containers_does_not_matter(mut containers in any_containers(), rates in any_rates()) {
            let forward = Allocation::of(&pod(&containers), &rates);
            containers.reverse();
            prop_assert_eq!(forward, Allocation::of(&pod(&containers), &rates));
        }
    }
}
