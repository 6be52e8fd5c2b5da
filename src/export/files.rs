//! Documents to files: one for each app, server, client or provider with all that belongs to it, or one for each kind.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::document::NewDocument;
use super::refused::MAX_BYTES;
use crate::address::{Address, Kind};

/// Which documents share a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Layout {
    /// Those about one app, and the client types of one provider.
    #[default]
    App,
    /// Those of one kind.
    Kind,
}

/// A file that is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Its path below the folder of the export, with forward slashes.
    pub name: String,
    /// Its text.
    pub text: String,
    /// What it declares.
    pub documents: Vec<Address>,
}

/// Names that some systems keep for devices, whatever is behind the dot.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Puts documents into files. `taken` are the paths that are there already: nothing is put into those.
pub fn files(documents: &[NewDocument], layout: Layout, taken: &BTreeSet<String>) -> Vec<NewFile> {
    let mut shared: BTreeMap<String, Vec<&NewDocument>> = BTreeMap::new();
    for document in documents {
        shared.entry(stem(document, layout)).or_default().push(document);
    }
    let mut taken = taken.clone();
    let mut files = Vec::new();
    for (stem, documents) in shared {
        for documents in in_size(&documents) {
            let numbered = (2..).map(|n| format!("{stem}-{n}.yaml"));
            let mut names = std::iter::once(format!("{stem}.yaml")).chain(numbered);
            let name = names.find(|name| !taken.contains(name)).unwrap_or_default();
            taken.insert(name.clone());
            let addresses = documents.iter().map(|document| document.address.clone()).collect();
            files.push(NewFile { name, text: text(&documents), documents: addresses });
        }
    }
    files
}

/// Returns all documents as one text.
pub fn stream(documents: &[NewDocument]) -> String {
    text(&documents.iter().collect::<Vec<_>>())
}

fn stem(document: &NewDocument, layout: Layout) -> String {
    let kind = document.address.kind;
    if layout == Layout::Kind {
        let name = match kind {
            Kind::App => "apps",
            Kind::ClientCredentials => "client-credentials",
            Kind::Grant => "grants",
            Kind::GroupAssignment => "group-assignments",
            Kind::Client => "clients",
            Kind::AuthorizationServer => "authorization-servers",
            Kind::OAuthProvider => "oauth-providers",
            Kind::ClientType => "client-types",
        };
        return name.to_owned();
    }
    let folder = match kind {
        Kind::App | Kind::ClientCredentials | Kind::Grant | Kind::GroupAssignment => "apps",
        Kind::Client => "clients",
        Kind::AuthorizationServer => "authorization-servers",
        Kind::OAuthProvider | Kind::ClientType => "providers",
    };
    let numbered =
        |prefix: &str| document.group.strip_prefix(prefix).is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()));
    let device = DEVICES.contains(&document.group.as_str()) || numbered("com") || numbered("lpt");
    if device { format!("{folder}/{}-", document.group) } else { format!("{folder}/{}", document.group) }
}

/// Cuts a list of documents where a file would become larger than a manifest may be.
fn in_size<'d>(documents: &[&'d NewDocument]) -> Vec<Vec<&'d NewDocument>> {
    let mut files: Vec<Vec<&NewDocument>> = Vec::new();
    let mut size = 0;
    for document in documents {
        // What stands around a document is small beside it.
        let more = document.text().len() + 200 * (document.stand_ins.len() + 1);
        if size + more > MAX_BYTES || files.is_empty() {
            files.push(Vec::new());
            size = 0;
        }
        size += more;
        files.last_mut().expect("one has just been begun").push(document);
    }
    files
}

fn text(documents: &[&NewDocument]) -> String {
    let mut out = String::new();
    let needed: BTreeSet<_> = documents.iter().flat_map(|document| &document.stand_ins).collect();
    if !needed.is_empty() {
        out.push_str("# `apply` needs these variables, each with the value that is in use:\n");
        for stand_in in needed {
            let _ = writeln!(out, "#   {}  {} of {}", stand_in.variable, stand_in.what, stand_in.address);
        }
    }
    for (index, document) in documents.iter().enumerate() {
        if index > 0 {
            out.push_str("---\n");
        }
        out.push_str(&document.text());
    }
    out
}
