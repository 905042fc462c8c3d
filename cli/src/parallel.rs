//! Work on all cores.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Deeply nested documents are read by recursion, for which the main thread has this much room, too.
const STACK: usize = 8 << 20;

/// `work` on each item, on all cores. The results are in the order of the items.
pub fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, Into::into).min(items.len());
    // A thread costs more than a small piece of work.
    if threads <= 1 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return done };
            done.push((index, work(item)));
        }
    };
    let mut results: Vec<(usize, R)> = thread::scope(|scope| {
        let spawn = |_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, worker);
        let spawned: Vec<_> = (1..threads).map(spawn).collect();
        let mut results = worker();
        for handle in spawned.into_iter().flatten() {
            match handle.join() {
                Ok(others) => results.extend(others),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    });
    results.sort_unstable_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_the_items() {
        let items: Vec<u64> = (0..1000).collect();
        let slow_at_first = |item: &u64| {
            if *item < 10 {
                thread::sleep(std::time::Duration::from_millis(2));
            }
            item * 2
        };
        assert_eq!(map(&items, slow_at_first), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert!(map(&[], slow_at_first).is_empty());
    }
}
