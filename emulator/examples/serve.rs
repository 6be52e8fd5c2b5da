//! Serves an org on a port: `serve --port N --data DIR`, until SIGTERM or Ctrl-C. The embedding of the crate in one file.

use std::{error::Error, io::Write as _, path::PathBuf};

use idpctl_emulator::{Config, Data, Org};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (mut port, mut config) = (0, Config::default());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("`{argument}` needs a value"))?;
        match argument.as_str() {
            "--port" => port = value.parse()?,
            "--data" => config.data = Data::Directory(PathBuf::from(value)),
            "--fault" => config.faults.push(value.parse()?),
            "--base" => config.base = Some(value),
            "--seed-apps" => config.seed_apps = value.parse()?,
            "--switch" => {
                let (name, value) = value.split_once('=').ok_or("a switch is NAME=VALUE")?;
                config.switches.set(name, value)?;
            }
            other => return Err(format!("there is no `{other}`").into()),
        }
    }
    let org = Org::open(config)?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let hello = serde_json::json!({
        "okta": format!("http://{}", listener.local_addr()?),
        "okta_token": org.okta_token(),
        "tyk_portal": format!("http://{}", listener.local_addr()?),
        "tyk_portal_token": org.portal_token(),
    });
    let mut out = std::io::stdout();
    writeln!(out, "{hello}")?;
    out.flush()?;
    let mut terminated = signal(SignalKind::terminate())?;
    let shutdown = async move {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    };
    org.serve(listener, shutdown).await?;
    Ok(())
}
