//! The engine that runs the policy: the waPC host that Kubewarden's policy server uses.
//!
//! As in the policy server, a module is compiled once and instantiated for every request, which isolates requests from
//! each other, and a deadline stops a guest that doesn't return.

use std::sync::Arc;
use std::time::Duration;

use wasmtime_provider::wasmtime::{Config, Engine, Module};
use wasmtime_provider::{EpochDeadlines, WasmtimeEngineProviderBuilder, WasmtimeEngineProviderPre};

/// The default deadline of a call: the same as the policy server's.
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(2);

/// The interval of the clock that measures deadlines.
const TICK: Duration = Duration::from_millis(10);

/// The reason why the module gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes aren't a valid module.
    #[error("this is not a WebAssembly module that can be run: {0}")]
    Module(String),
    /// The module isn't a waPC guest, or it failed at start.
    #[error("the module cannot be started: {0}")]
    Start(String),
    /// The module doesn't have the function.
    #[error("the module has no function `{0}`")]
    NoFunction(String),
    /// The module exceeded the deadline.
    #[error("the module was stopped because it did not answer `{function}` within {seconds} s", seconds = .deadline.as_secs_f32())]
    Deadline {
        /// The called function.
        function: String,
        /// The deadline.
        deadline: Duration,
    },
    /// The module returned an error, or trapped.
    #[error("the module failed in `{function}`: {reason}")]
    Guest {
        /// The called function.
        function: String,
        /// The error or trap.
        reason: String,
    },
}

/// A call from the module to its host.
#[derive(Debug, Clone, Copy)]
pub struct HostCall<'a> {
    /// The owner of the interface: `kubewarden` for everything that policies call.
    pub binding: &'a str,
    /// The part of the interface, such as `kubernetes` or `tracing`.
    pub namespace: &'a str,
    /// The function.
    pub operation: &'a str,
    /// The argument.
    pub payload: &'a [u8],
}

/// The host's side of a call.
pub trait Host: Send + Sync + 'static {
    /// Answers a call of the module.
    ///
    /// # Errors
    /// The error text for the module.
    fn call(&self, call: HostCall<'_>) -> Result<Vec<u8>, String>;
}

impl<H: Host> Host for Arc<H> {
    fn call(&self, call: HostCall<'_>) -> Result<Vec<u8>, String> {
        (**self).call(call)
    }
}

/// A host without cluster, registry or network. Accepts log records and rejects all other calls by name.
#[derive(Debug, Default, Clone, Copy)]
pub struct Offline {
    /// True to print log records on standard error.
    pub verbose: bool,
}

impl Host for Offline {
    fn call(&self, call: HostCall<'_>) -> Result<Vec<u8>, String> {
        if (call.binding, call.namespace, call.operation) == ("kubewarden", "tracing", "log") {
            if self.verbose {
                eprintln!("policy: {}", String::from_utf8_lossy(call.payload));
            }
            return Ok(Vec::new());
        }
        Err(format!(
            "the host capability {}/{}/{} is not available offline",
            call.binding, call.namespace, call.operation
        ))
    }
}

/// A compiled module, ready for calls.
pub struct Policy {
    // Keeps the clock running, which stops with the engine.
    _engine: Engine,
    prepared: WasmtimeEngineProviderPre,
    host: Arc<dyn Host>,
    deadline: Duration,
}

impl Policy {
    /// Compiles a module.
    pub fn new(module: &[u8], host: impl Host) -> Result<Self, Error> {
        let mut config = Config::new();
        config.epoch_interruption(true);
        let engine = Engine::new(&config).map_err(|error| Error::Module(chain(&error)))?;
        let module = Module::from_binary(&engine, module).map_err(|error| Error::Module(chain(&error)))?;
        let prepared = WasmtimeEngineProviderBuilder::new()
            .engine(engine.clone())
            .module(module)
            .build_pre()
            .map_err(|error| Error::Start(error.to_string()))?;
        tick(&engine);
        Ok(Self { _engine: engine, prepared, host: Arc::new(host), deadline: DEFAULT_DEADLINE })
    }

    /// Returns the same module with another deadline.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// Calls a function of the module in a fresh instance.
    pub fn call(&self, function: &str, payload: &[u8]) -> Result<Vec<u8>, Error> {
        self.call_raw(function, payload).map_err(|error| self.explain(function, &error))
    }

    /// The same as [`Policy::call`], with the waPC host's error.
    ///
    /// # Errors
    /// The same as [`Policy::call`].
    pub fn call_raw(&self, function: &str, payload: &[u8]) -> Result<Vec<u8>, wapc::errors::Error> {
        self.call_with(&self.host, function, payload)
    }

    /// The same as [`Policy::call_raw`], with another host for this call.
    ///
    /// # Errors
    /// The same as [`Policy::call`].
    pub fn call_with(
        &self,
        host: &Arc<dyn Host>,
        function: &str,
        payload: &[u8],
    ) -> Result<Vec<u8>, wapc::errors::Error> {
        // The first tick can come at any moment, so one more tick guarantees the whole deadline.
        let ticks = u64::try_from(self.deadline.as_millis() / TICK.as_millis()).unwrap_or(u64::MAX / 4) + 1;
        let deadlines = EpochDeadlines { wapc_init: ticks, wapc_func: ticks };
        let provider = self.prepared.rehydrate(Some(deadlines))?;
        let host = Arc::clone(host);
        let callback = move |_id: u64, binding: &str, namespace: &str, operation: &str, payload: &[u8]| {
            host.call(HostCall { binding, namespace, operation, payload }).map_err(Into::into)
        };
        wapc::WapcHost::new(Box::new(provider), Some(Box::new(callback)))?.call(function, payload)
    }

    fn explain(&self, function: &str, error: &wapc::errors::Error) -> Error {
        let function = function.to_owned();
        let text = match error {
            wapc::errors::Error::GuestCallFailure(text) => text.clone(),
            other => {
                let text = other.to_string();
                return if was_interrupted(&text) {
                    Error::Deadline { function, deadline: self.deadline }
                } else {
                    Error::Start(text)
                };
            }
        };
        if was_interrupted(&text) {
            Error::Deadline { function, deadline: self.deadline }
        } else if text.starts_with("No handler registered") {
            Error::NoFunction(function)
        } else if text.contains("wasm backtrace") {
            Error::Guest { function, reason: "it broke down (a trap; what it wrote stands above)".to_owned() }
        } else {
            Error::Guest { function, reason: text }
        }
    }
}

impl std::fmt::Debug for Policy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Policy").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}

/// Returns true if the deadline caused an error. The provider has no type for it, only this text.
pub fn was_interrupted(text: &str) -> bool {
    text.contains("execution deadline exceeded")
}

/// Makes the engine's clock tick until the engine is gone.
fn tick(engine: &Engine) {
    let engine = engine.weak();
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(TICK);
            match engine.upgrade() {
                Some(engine) => engine.increment_epoch(),
                None => break,
            }
        }
    });
}

/// Formats an error with its causes in one line.
fn chain(error: &wasmtime_provider::wasmtime::Error) -> String {
    error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a waPC guest whose `__guest_call` has this body.
    fn guest(body: &str) -> Vec<u8> {
        wat::parse_str(format!(
            r#"(module
                 (import "wapc" "__guest_error" (func $error (param i32 i32)))
                 (import "wapc" "__host_call" (func $host (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
                 (import "wapc" "__host_error_len" (func $error_len (result i32)))
                 (import "wapc" "__host_error" (func $host_error (param i32)))
                 (memory (export "memory") 1)
                 (data (i32.const 0) "No handler registered for function \"x\"")
                 (data (i32.const 100) "kubewardenkubernetesget_resource")
                 (func (export "__guest_call") (param i32 i32) (result i32) {body}))"#
        ))
        .unwrap()
    }

    fn error(body: &str) -> String {
        let policy = Policy::new(&guest(body), Offline::default()).unwrap();
        policy.with_deadline(Duration::from_millis(100)).call("x", b"").unwrap_err().to_string()
    }

    #[test]
    fn a_guest_that_loops_is_stopped() {
        assert_eq!(
            error("(loop (br 0)) (unreachable)"),
            "the module was stopped because it did not answer `x` within 0.1 s"
        );
    }

    #[test]
    fn a_guest_that_traps_is_an_error() {
        assert!(error("(unreachable)").contains("broke down"));
    }

    #[test]
    fn a_function_that_is_not_there_is_named() {
        assert_eq!(error("(call $error (i32.const 0) (i32.const 38)) (i32.const 0)"), "the module has no function `x`");
    }

    #[test]
    fn a_capability_is_refused_by_name() {
        let text = error(
            "(drop (call $host (i32.const 100) (i32.const 10) (i32.const 110) (i32.const 10)
                               (i32.const 120) (i32.const 12) (i32.const 0) (i32.const 0)))
             (call $host_error (i32.const 200))
             (call $error (i32.const 200) (call $error_len))
             (i32.const 0)",
        );
        assert_eq!(
            text,
            "the module failed in `x`: the host capability kubewarden/kubernetes/get_resource is not available offline"
        );
    }

    #[test]
    fn what_is_no_module_is_refused() {
        assert!(matches!(Policy::new(b"no wasm", Offline::default()), Err(Error::Module(_))));
    }
}
