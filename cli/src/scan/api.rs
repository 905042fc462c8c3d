//! The API server: connects as kubectl does, and gets one answer after the other. The only file that is asynchronous.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use http::{Request, header::ACCEPT};
use http_body_util::BodyExt as _;
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde::Deserialize;
use tokio::runtime::Runtime;

/// The form of answers, where none other is asked for.
pub const JSON: &str = "application/json";

/// The context of a program that runs in the cluster itself and has no kubeconfig.
const IN_CLUSTER: &str = "in-cluster";

/// How often a request is made anew when its answer is broken or cut off, and how long it waits before.
const RETRIES: u32 = 2;
const PAUSE: Duration = Duration::from_millis(200);

/// A connection to the API server of a cluster. It only ever reads.
pub struct Api {
    /// The name of its context.
    pub context: String,
    runtime: Runtime,
    client: Client,
    timeout: Duration,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The API server refused.
    Status {
        /// The HTTP status.
        code: u16,
        /// The message of the API server, if it gave one.
        message: String,
        /// A token with which a list goes on although it expired.
        next: Option<String>,
    },
    /// No answer within this time.
    Slow(Duration),
    /// No answer for another reason, or one that is broken.
    Other(String),
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Status { code, message, .. } if message.is_empty() => write!(f, "the API server answered {code}"),
            Self::Status { code, message, .. } => write!(f, "the API server answered {code}: {message}"),
            Self::Slow(time) => write!(f, "the API server did not answer within {} s", time.as_secs()),
            Self::Other(reason) => f.write_str(reason),
        }
    }
}

impl Api {
    /// Connects to the cluster of a context of a kubeconfig: without `context` the current one; without `kubeconfig`
    /// those of `KUBECONFIG` or `~/.kube/config`. `timeout` is the time that a request may take.
    ///
    /// # Errors
    /// If the kubeconfig cannot be read, has no such context, or its credentials cannot be had.
    pub fn connect(kubeconfig: Option<&Path>, context: Option<&str>, timeout: Duration) -> Result<Self> {
        // One thread of its own: questions come from several.
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (config, context) = runtime.block_on(config(kubeconfig, context))?;
        let guard = runtime.enter();
        let client = Client::try_from(config)
            .map_err(|error| anyhow!(chain(&error)))
            .with_context(|| format!("cannot connect to the cluster of the context `{context}`"))?;
        drop(guard);
        Ok(Self { context, runtime, client, timeout })
    }

    /// The answer to a GET, in the form `accept`. `path` has the query with it.
    ///
    /// # Errors
    /// The API server's refusal, or the reason why nothing whole came back.
    pub fn get(&self, path: &str, accept: &str) -> Result<String, Problem> {
        self.get_whole(path, accept, |_| Ok(()))
    }

    /// Like [`Api::get`]; asks again if `check` finds the answer broken.
    ///
    /// # Errors
    /// Those of [`Api::get`], and what `check` says.
    pub fn get_whole(
        &self,
        path: &str,
        accept: &str,
        check: impl Fn(&str) -> Result<(), String>,
    ) -> Result<String, Problem> {
        let mut tries = 0;
        loop {
            let answer = self.ask(path, accept).and_then(|text| match check(&text) {
                Ok(()) => Ok(text),
                Err(reason) => Err(Problem::Other(reason)),
            });
            let is_final = match &answer {
                Ok(_) => true,
                Err(Problem::Status { code, .. }) => *code < 500,
                Err(Problem::Slow(_)) => true,
                Err(Problem::Other(_)) => false,
            };
            if is_final || tries == RETRIES {
                return answer;
            }
            tries += 1;
            std::thread::sleep(PAUSE * tries);
        }
    }

    fn ask(&self, path: &str, accept: &str) -> Result<String, Problem> {
        let request = Request::get(path).header(ACCEPT, accept).body(Body::empty());
        let request = request.map_err(|error| Problem::Other(chain(&error)))?;
        let whole = async {
            let response = self.client.send(request).await.map_err(|error| Problem::Other(chain(&error)))?;
            let code = response.status().as_u16();
            let body = response.into_body().collect().await;
            let body = body.map_err(|error| Problem::Other(format!("the answer was cut off: {}", chain(&error))))?;
            Ok((code, body.to_bytes()))
        };
        let answer = self.runtime.block_on(async { tokio::time::timeout(self.timeout, whole).await });
        let (code, body) = answer.map_err(|_| Problem::Slow(self.timeout))??;
        if !(200..300).contains(&code) {
            return Err(refusal(code, &body));
        }
        String::from_utf8(body.into()).map_err(|_| Problem::Other("the answer isn't text".to_owned()))
    }
}

async fn config(kubeconfig: Option<&Path>, context: Option<&str>) -> Result<(Config, String)> {
    let read = match kubeconfig {
        Some(path) => Kubeconfig::read_from(path),
        None => Kubeconfig::read(),
    };
    let file = match read {
        Ok(file) => file,
        // A pod has the credentials of its service account.
        Err(_) if kubeconfig.is_none() && context.is_none() && Config::incluster().is_ok() => {
            return Ok((Config::incluster()?, IN_CLUSTER.to_owned()));
        }
        Err(error) => return Err(anyhow!(chain(&error)).context("cannot read the kubeconfig")),
    };
    let names: Vec<String> = file.contexts.iter().map(|context| format!("`{}`", context.name)).collect();
    let name = context.map(str::to_owned).or_else(|| file.current_context.clone()).unwrap_or_default();
    if !file.contexts.iter().any(|context| context.name == name) {
        let lack =
            if name.is_empty() { "names no current context".to_owned() } else { format!("has no context `{name}`") };
        return Err(anyhow!(
            "the kubeconfig {lack}; it has {}",
            if names.is_empty() { "none".to_owned() } else { names.join(", ") }
        ));
    }
    let options = KubeConfigOptions { context: Some(name.clone()), ..KubeConfigOptions::default() };
    let config = Config::from_custom_kubeconfig(file, &options).await;
    let config = config.map_err(|error| anyhow!(chain(&error)));
    Ok((config.with_context(|| format!("the context `{name}` of the kubeconfig cannot be used"))?, name))
}

/// What a refusal says. A body that isn't Kubernetes' own is left out: it may be a proxy's page.
fn refusal(code: u16, body: &[u8]) -> Problem {
    #[derive(Default, Deserialize)]
    struct Status {
        #[serde(default)]
        message: String,
        #[serde(default)]
        metadata: Metadata,
    }
    #[derive(Default, Deserialize)]
    struct Metadata {
        #[serde(rename = "continue")]
        next: Option<String>,
    }
    let Status { message, metadata } = serde_json::from_slice(body).unwrap_or_default();
    Problem::Status { code, message, next: metadata.next.filter(|next| !next.is_empty()) }
}

/// An error with what caused it, each said once.
fn chain(error: &dyn std::error::Error) -> String {
    // The first words of an error of the connection only name the type of it.
    let mut text = error.to_string().trim_start_matches("ServiceError: ").to_owned();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}
