//! The cost of a request is linear in everything that its sender chooses, and small at its worst.
//!
//! A dimension is one thing of which a sender can write many. Twice as many may cost twice the fuel, and a little more for
//! a sort. `DIMENSION=ports cargo test -p harness --test linear -- --nocapture` prints those whose names have that word.

mod dimensions;
mod requests;

use std::fs;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use harness::engine::{Host, Offline, Policy};
use harness::fuel::Meter;
use harness::modules;
use harness::sample::{Answers, Cluster};

use dimensions::dimensions;

/// The fuel for twice as many, at most.
const GROWTH: f64 = 2.3;

/// An API server takes no larger request than this, in bytes.
const LARGEST: usize = 3 << 20;

/// The fuel for a request of [`LARGEST`], at most: a quarter of a second, of which a policy server gives two. A small
/// virtual machine executes about 14 units in a nanosecond.
const FUEL: u64 = 3_200_000_000;

static POLICY: LazyLock<Vec<u8>> = LazyLock::new(|| modules::policy().expect("the policy"));

/// Something of which a sender can write many.
struct Dimension {
    name: &'static str,
    /// The request with so many, as JSON.
    request: Rc<dyn Fn(usize) -> String>,
    settings: &'static str,
    /// The cluster that can be looked up, with so many objects.
    cluster: fn(usize) -> Answers,
}

impl Dimension {
    fn payload(&self, count: usize) -> Vec<u8> {
        format!("{{\"request\":{},\"settings\":{}}}", (self.request)(count), self.settings).into_bytes()
    }

    /// How many make a payload of about so many bytes.
    fn count(&self, bytes: usize) -> usize {
        let mut count = 64;
        // Names with a number become longer.
        for _ in 0..3 {
            count = count * bytes / self.payload(count).len();
        }
        count
    }

    fn host(&self, count: usize) -> Arc<dyn Host> {
        Arc::new(Cluster::new(&(self.cluster)(count)))
    }

    /// The answer for so many.
    fn answer(&self, policy: &Policy, count: usize) -> String {
        let answer = policy.call_with(&self.host(count), "validate", &self.payload(count));
        let answer = answer.unwrap_or_else(|error| panic!("{}, {count}: {error}", self.name));
        assert!(answer.starts_with(b"{\"accepted\":"), "{}, {count}", self.name);
        String::from_utf8(answer).expect("text")
    }

    /// The largest count up to a limit of which everything is judged, to within a fiftieth.
    fn most(&self, policy: &Policy, limit: usize) -> usize {
        let is_judged = |count| {
            let answer = self.answer(policy, count);
            !answer.contains(" virtual nodes: at least ") && !answer.contains(": expected at most ")
        };
        let (mut least, mut most) = (1, limit);
        if is_judged(limit) {
            return limit;
        }
        while most - least > most / 50 + 1 {
            let middle = least.midpoint(most);
            *(if is_judged(middle) { &mut least } else { &mut most }) = middle;
        }
        least
    }

    /// The fuel for so many.
    fn fuel(&self, meter: &Meter, count: usize) -> u64 {
        let call = meter.call_with(self.host(count), "validate", &self.payload(count));
        call.unwrap_or_else(|error| panic!("{}, {count}: {error:#}", self.name)).1
    }

    /// The processor's time for so many: the shorter of two calls, because other programs can only make one longer.
    fn time(&self, policy: &Policy, count: usize) -> Duration {
        let (payload, host) = (self.payload(count), self.host(count));
        let begin = Instant::now();
        let now = || processor_time().unwrap_or_else(|| begin.elapsed());
        let time = |_| {
            let started = now();
            policy.call_with(&host, "validate", &payload).expect("an answer");
            now().saturating_sub(started)
        };
        (0..2).map(time).min().expect("two")
    }
}

/// How long a processor has worked on this thread, where the system tells that.
fn processor_time() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split(' ').next()?.parse().ok()?))
}

fn wanted() -> impl Iterator<Item = Dimension> {
    let only = std::env::var("DIMENSION").unwrap_or_default();
    dimensions().into_iter().filter(move |dimension| dimension.name.contains(&only))
}

fn policy() -> Policy {
    Policy::new(&POLICY, Offline::default()).expect("a module").with_deadline(Duration::from_secs(60))
}

#[test]
fn twice_as_many_cost_twice_the_fuel() {
    let (meter, policy) = (Meter::new(&POLICY).expect("a module"), policy());
    let mut steep = Vec::new();
    for dimension in wanted() {
        let count = dimension.most(&policy, dimension.count(LARGEST / 32)) / 4;
        // Without the cost of a request that has one.
        let base = dimension.fuel(&meter, 1);
        let fuel = [1, 2, 4].map(|times| dimension.fuel(&meter, count * times).saturating_sub(base));
        let [first, second] = [fuel[1] as f64 / fuel[0] as f64, fuel[2] as f64 / fuel[1] as f64];
        let [one, two, four] = fuel;
        let line = format!("{:44} {count:7} {one:12} {two:12} {four:12}  x{first:.2} x{second:.2}", dimension.name);
        println!("{line}");
        if first.max(second) > GROWTH {
            steep.push(line);
        }
    }
    assert!(steep.is_empty(), "more than linear:\n{}", steep.join("\n"));
}

/// Also one in which as much is found as is judged: that is followed by its fixes.
#[test]
fn the_largest_request_is_judged_at_once() {
    let (meter, policy) = (Meter::new(&POLICY).expect("a module"), policy());
    let mut dear = Vec::new();
    for dimension in wanted() {
        let largest = dimension.count(LARGEST);
        let judged = dimension.most(&policy, largest);
        let counts = if judged == largest { vec![largest] } else { vec![judged, largest] };
        for count in counts {
            let (bytes, fuel) = (dimension.payload(count).len(), dimension.fuel(&meter, count));
            let time = dimension.time(&policy, count);
            let line = format!("{:44} {count:7} {bytes:9} bytes {time:9.1?} {fuel:12}", dimension.name);
            println!("{line}");
            if fuel > FUEL {
                dear.push(line);
            }
        }
    }
    assert!(dear.is_empty(), "more than {FUEL} units of fuel:\n{}", dear.join("\n"));
}
