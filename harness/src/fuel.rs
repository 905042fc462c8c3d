//! Runs modules in plain wasmtime and counts the instructions.
//!
//! Unlike time, fuel is the same on every machine and in every run, so tests can check it against a budget. The waPC
//! provider doesn't support fuel, so this file has the minimal host that a policy needs.

use std::sync::Arc;

use wasmtime_provider::wasmtime::error::{bail, format_err};
use wasmtime_provider::wasmtime::{
    Caller, Config, Engine, Error, Extern, InstancePre, Linker, Memory, Module, Result, Store,
};
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::p1::{self, WasiP1Ctx};

use crate::engine::{Host, HostCall, Offline};

/// A module compiled with fuel metering.
pub struct Meter {
    engine: Engine,
    instance: InstancePre<Session>,
}

impl std::fmt::Debug for Meter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Meter").finish_non_exhaustive()
    }
}

/// The state of a call: the input of the guest, and its result.
struct Session {
    wasi: WasiP1Ctx,
    function: String,
    payload: Vec<u8>,
    answer: Option<Vec<u8>>,
    error: Option<String>,
    host: Arc<dyn Host>,
    /// The host's answer to the last call of the guest.
    host_answer: Result<Vec<u8>, String>,
}

impl Meter {
    /// Compiles a module.
    pub fn new(module: &[u8]) -> Result<Self> {
        let mut config = Config::new();
        config.consume_fuel(true);
        let engine = Engine::new(&config)?;
        let module = Module::from_binary(&engine, module)?;
        let mut linker = Linker::new(&engine);
        p1::add_to_linker_sync(&mut linker, |session: &mut Session| &mut session.wasi)?;
        add_wapc(&mut linker)?;
        let instance = linker.instantiate_pre(&module)?;
        Ok(Self { engine, instance })
    }

    /// Calls a function in a fresh instance. Returns the answer, and the fuel that start and call used together.
    pub fn call(&self, function: &str, payload: &[u8]) -> Result<(Vec<u8>, u64)> {
        self.call_with(Arc::new(Offline::default()), function, payload)
    }

    /// Like [`Meter::call`], with a host that answers the guest's own calls. Their work isn't counted.
    pub fn call_with(&self, host: Arc<dyn Host>, function: &str, payload: &[u8]) -> Result<(Vec<u8>, u64)> {
        let session = Session {
            wasi: WasiCtxBuilder::new().inherit_stderr().build_p1(),
            function: function.to_owned(),
            payload: payload.to_vec(),
            answer: None,
            error: None,
            host,
            host_answer: Ok(Vec::new()),
        };
        let mut store = Store::new(&self.engine, session);
        store.set_fuel(u64::MAX)?;
        let instance = self.instance.instantiate(&mut store)?;
        for start in wapc::wapc_functions::REQUIRED_STARTS {
            if instance.get_export(&mut store, start).is_some() {
                instance.get_typed_func::<(), ()>(&mut store, start)?.call(&mut store, ())?;
            }
        }
        let guest_call = instance.get_typed_func::<(i32, i32), i32>(&mut store, wapc::wapc_functions::GUEST_CALL)?;
        let lengths = (i32::try_from(function.len())?, i32::try_from(payload.len())?);
        guest_call.call(&mut store, lengths)?;
        let fuel = u64::MAX - store.get_fuel()?;
        let session = store.into_data();
        match (session.answer, session.error) {
            (Some(answer), _) => Ok((answer, fuel)),
            (None, Some(error)) => bail!("the guest answered with an error: {error}"),
            (None, None) => bail!("the guest did not answer"),
        }
    }
}

/// Adds the functions that every waPC guest imports. Calls to the host fail without a reason.
fn add_wapc(linker: &mut Linker<Session>) -> Result<()> {
    use wapc::wapc_functions as names;

    let module = wapc::HOST_NAMESPACE;
    linker.func_wrap(
        module,
        names::GUEST_REQUEST_FN,
        |mut caller: Caller<'_, Session>, function: i32, payload: i32| -> Result<()> {
            let memory = memory(&mut caller)?;
            let (bytes, session) = memory.data_and_store_mut(&mut caller);
            for (at, text) in [(function, session.function.as_bytes()), (payload, &session.payload)] {
                let target = usize::try_from(at)?;
                bytes
                    .get_mut(target..target.saturating_add(text.len()))
                    .ok_or_else(out_of_bounds)?
                    .copy_from_slice(text);
            }
            Ok(())
        },
    )?;
    linker.func_wrap(
        module,
        names::GUEST_RESPONSE_FN,
        |mut caller: Caller<'_, Session>, at: i32, len: i32| -> Result<()> {
            let answer = read(&mut caller, at, len)?;
            caller.data_mut().answer = Some(answer);
            Ok(())
        },
    )?;
    linker.func_wrap(
        module,
        names::GUEST_ERROR_FN,
        |mut caller: Caller<'_, Session>, at: i32, len: i32| -> Result<()> {
            let error = read(&mut caller, at, len)?;
            caller.data_mut().error = Some(String::from_utf8_lossy(&error).into_owned());
            Ok(())
        },
    )?;
    linker.func_wrap(module, names::HOST_CONSOLE_LOG, |_: i32, _: i32| {})?;
    add_host_calls(linker)
}

/// Adds the functions through which a guest asks its host.
fn add_host_calls(linker: &mut Linker<Session>) -> Result<()> {
    use wapc::wapc_functions as names;

    let module = wapc::HOST_NAMESPACE;
    linker.func_wrap(
        module,
        names::HOST_CALL,
        |mut caller: Caller<'_, Session>,
         a: i32,
         b: i32,
         c: i32,
         d: i32,
         e: i32,
         f: i32,
         g: i32,
         h: i32|
         -> Result<i32> {
            let mut text = |at, len| Ok::<_, Error>(String::from_utf8(read(&mut caller, at, len)?)?);
            let (binding, namespace, operation) = (text(a, b)?, text(c, d)?, text(e, f)?);
            let payload = read(&mut caller, g, h)?;
            let call = HostCall { binding: &binding, namespace: &namespace, operation: &operation, payload: &payload };
            let answer = caller.data().host.call(call);
            caller.data_mut().host_answer = answer;
            Ok(i32::from(caller.data().host_answer.is_ok()))
        },
    )?;
    let answer = |session: &Session| session.host_answer.clone().unwrap_or_default();
    let error = |session: &Session| session.host_answer.clone().err().unwrap_or_default().into_bytes();
    let len = |bytes: Vec<u8>| Ok::<_, Error>(i32::try_from(bytes.len())?);
    linker.func_wrap(module, names::HOST_RESPONSE_LEN_FN, move |caller: Caller<'_, Session>| {
        len(answer(caller.data()))
    })?;
    linker.func_wrap(module, names::HOST_ERROR_LEN_FN, move |caller: Caller<'_, Session>| len(error(caller.data())))?;
    linker.func_wrap(module, names::HOST_RESPONSE_FN, move |mut caller: Caller<'_, Session>, at: i32| {
        let bytes = answer(caller.data());
        write(&mut caller, at, &bytes)
    })?;
    linker.func_wrap(module, names::HOST_ERROR_FN, move |mut caller: Caller<'_, Session>, at: i32| {
        let bytes = error(caller.data());
        write(&mut caller, at, &bytes)
    })?;
    Ok(())
}

fn write(caller: &mut Caller<'_, Session>, at: i32, bytes: &[u8]) -> Result<()> {
    let memory = memory(caller)?;
    let at = usize::try_from(at)?;
    let target = memory.data_mut(caller).get_mut(at..at.saturating_add(bytes.len())).ok_or_else(out_of_bounds)?;
    target.copy_from_slice(bytes);
    Ok(())
}

fn read(caller: &mut Caller<'_, Session>, at: i32, len: i32) -> Result<Vec<u8>> {
    let memory = memory(caller)?;
    let (at, len) = (usize::try_from(at)?, usize::try_from(len)?);
    let bytes = memory.data(&*caller).get(at..at.saturating_add(len)).ok_or_else(out_of_bounds)?;
    Ok(bytes.to_vec())
}

fn memory(caller: &mut Caller<'_, Session>) -> Result<Memory> {
    caller.get_export("memory").and_then(Extern::into_memory).ok_or_else(|| format_err!("the guest exports no memory"))
}

fn out_of_bounds() -> Error {
    format_err!("the guest named a place outside of its memory")
}
