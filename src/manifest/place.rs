//! Paths and addresses of the project file to where they lead, as far as the text alone tells.

use url::Url;

/// Returns whether a path, as it is written, stays below the folder that it is relative to. Links are another matter.
pub fn stays_inside(path: &str) -> bool {
    !path.is_empty() && !path.starts_with('/') && !path.contains(['\\', ':', '\0']) && path.split('/').all(|step| step != "..")
}

/// Returns what keeps a text from being the origin of a server: scheme, host and port alone.
pub(super) fn origin_of(text: &str) -> Result<(), &'static str> {
    let url = Url::parse(text).map_err(|_| "it is not a URL")?;
    let loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => return Err("it names no host"),
    };
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        "http" => return Err("plain http is for this machine only"),
        _ => return Err("the scheme is not https"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds credentials");
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("it holds more than a host and a port");
    }
    Ok(())
}
