//! What a request costs: a fresh instance and `validate`, as the policy server does it for each.
//!
//! The empty guest is measured in the same run, because only the difference to it is the policy's.

mod support;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use oke_vn::engine::{Offline, Policy};

fn validate(criterion: &mut Criterion) {
    let guests = [("empty", support::empty_guest()), ("policy", support::POLICY.to_vec())]
        .map(|(name, module)| (name, Policy::new(&module, Offline::default()).unwrap()));
    let requests = support::REVIEWS
        .iter()
        .map(|name| ((*name).to_owned(), support::review(name)))
        .chain(support::SIZES.iter().map(|size| (format!("{size}-containers"), support::deployment(*size))));

    let mut group = criterion.benchmark_group("start+validate");
    for (name, payload) in requests {
        group.throughput(Throughput::Bytes(payload.len() as u64));
        for (guest, policy) in &guests {
            group.bench_with_input(BenchmarkId::new(*guest, &name), &payload, |bencher, payload| {
                bencher.iter(|| policy.call("validate", payload).unwrap());
            });
        }
    }
    group.finish();
}

criterion_group!(benches, validate);
criterion_main!(benches);
