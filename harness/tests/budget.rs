//! The budgets of the policy. A change that makes a request more expensive has to raise a number here, where it is seen.

use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use harness::engine::{Offline, Policy};
use harness::fuel::Meter;
use harness::{modules, samples};

/// Fuel for start and `validate`: about one unit an instruction, the same on every machine and, except for a few
/// instructions of a hash map, in every run.
const FUEL: [(&str, u64); 6] = [
    ("019-pod-create", 243_000),
    ("022-pod-create", 785_000),
    ("151-deployment-create", 472_000),
    ("10 containers", 1_120_000),
    ("100 containers", 10_150_000),
    ("1000 containers", 100_500_000),
];

/// Ten times the containers may cost ten times the fuel, and a little more for a longer list.
const LINEAR: std::ops::Range<f64> = 8.0..11.0;

/// The module, in bytes: each is loaded and compiled by every policy server. The budget is 360,000, of which a tenth stays
/// free for the next change.
const SIZE: usize = 324_000;

/// Start and `validate` of review 022, above the empty guest in the same run, on a machine on which the empty guest takes
/// [`EMPTY`]. A slower one, or one that is busy with something else, may take longer in proportion.
const TIME: Duration = Duration::from_micros(100);

/// Start and `validate` of the empty guest where the bar was set.
const EMPTY: Duration = Duration::from_micros(71);

/// Time is not measured while the other tests keep the processors busy.
static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The policy, as it is shipped.
static POLICY: LazyLock<Vec<u8>> = LazyLock::new(|| modules::policy().unwrap());

#[test]
fn fuel() {
    let _turn = turn();
    let meter = Meter::new(&POLICY).unwrap();
    let requests = samples::measured(&samples::test_data()).unwrap();
    let mut spent = Vec::new();
    for ((name, payload), (budgeted, budget)) in requests.iter().zip(FUEL) {
        assert_eq!(name, budgeted);
        let (answer, fuel) = meter.call("validate", payload).unwrap();
        let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
        assert!(answer["accepted"].is_boolean(), "{name}: {answer}");
        println!("{name}: {fuel} of {budget}, {} bytes", payload.len());
        spent.push((name, fuel, budget));
    }
    for (name, fuel, budget) in &spent {
        assert!(fuel <= budget, "{name} takes {fuel} units of fuel, and may take {budget}");
        // A budget that is far too high guards nothing.
        assert!(fuel * 2 > *budget, "{name} takes {fuel} units of fuel: lower its budget of {budget}");
    }
    let (hundred, thousand) = (spent[4].1 as f64, spent[5].1 as f64);
    let growth = thousand / hundred;
    assert!(LINEAR.contains(&growth), "1000 containers take {growth:.1} times the fuel of 100");
}

#[test]
fn the_generated_deployment_breaks_no_rule() {
    let _turn = turn();
    let policy = Policy::new(&POLICY, Offline::default()).unwrap();
    let answer = policy.call("validate", &samples::deployment(10).unwrap()).unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer["accepted"], true);
    assert!(answer["warnings"].as_array().is_none_or(Vec::is_empty), "{answer}");
}

#[test]
fn size() {
    let size = POLICY.len();
    println!("{size} of {SIZE} bytes");
    assert!(size <= SIZE, "the module has {size} bytes, and may have {SIZE}");
}

#[test]
fn time() {
    let _turn = turn();
    let empty = Policy::new(&modules::empty_guest().unwrap(), Offline::default()).unwrap();
    let policy = Policy::new(&POLICY, Offline::default()).unwrap();
    let payload = samples::review(&samples::test_data(), "022-pod-create").unwrap();
    // Whatever else the machine does can only make a run slower, so the best of a few tries is the truest.
    let mut best = f64::INFINITY;
    for _ in 0..24 {
        let (floor, difference) = measure(&empty, &policy, &payload);
        let allowed = TIME.mul_f64((floor.as_secs_f64() / EMPTY.as_secs_f64()).max(1.0));
        println!("{difference:?} of {allowed:?} above the empty guest, which takes {floor:?}");
        best = best.min(difference.as_secs_f64() / allowed.as_secs_f64());
        if best <= 1.0 {
            return;
        }
    }
    panic!("start and validate take {best:.2} times what they may take above an empty guest");
}

/// How long `empty` takes, and how much longer `policy`: medians of runs in turn, so that both see the same machine.
fn measure(empty: &Policy, policy: &Policy, payload: &[u8]) -> (Duration, Duration) {
    let (mut floor, mut total) = (Vec::new(), Vec::new());
    for _ in 0..300 {
        for (guest, times) in [(empty, &mut floor), (policy, &mut total)] {
            let start = Instant::now();
            guest.call("validate", payload).unwrap();
            times.push(start.elapsed());
        }
    }
    let median = |mut times: Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2]
    };
    let floor = median(floor);
    (floor, median(total).saturating_sub(floor))
}
