//! The cost of a request: a fresh instance and `validate`, as the policy server does it for each request.
//!
//! The same run measures the empty guest, because only the difference to it is the policy's.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use harness::engine::{Offline, Policy};
use harness::{modules, samples};

fn validate(criterion: &mut Criterion) {
    let guests = [("empty", modules::empty_guest().unwrap()), ("policy", modules::policy().unwrap())]
        .map(|(name, module)| (name, Policy::new(&module, Offline::default()).unwrap()));
    let mut group = criterion.benchmark_group("start+validate");
    for (name, payload) in samples::measured(&samples::test_data()).unwrap() {
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
