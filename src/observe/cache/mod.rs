//! What was read of an org, and the place in its log, in a file of `.idpctl/cache`: read back only if this credential wrote it about this org and
//! this project.
//!
//! ```text
//! idpctl-cache 1 <tag of all the rest, and of this line up to here>
//! {"as_of": …, "swept": …, "place": …, "snapshot": …}
//! ```
//!
//! The file is whole at any time: it is replaced by another, never written into. Of two runs at once the last one's stays, and either is true.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::place::Place;
use super::snapshot::Snapshot;
use crate::http::{Credentials, Seal};
use crate::observed::Org;

/// Where it is, relative to the repository, if nothing else is said.
pub const FOLDER: &str = ".idpctl/cache";

/// What a file begins with. The number changes whenever what follows is to be read in another way.
const HEAD: &str = "idpctl-cache 1";
/// How the head begins in every version.
const NAME: &str = "idpctl-cache ";
/// No file of ours is larger: a hundred thousand apps.
const LARGEST: u64 = 512 << 20;

/// What one run leaves to the next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept<'o> {
    /// When it was as the snapshot says, by the org's clock.
    pub as_of: Timestamp,
    /// When all of the org was read last, by the org's clock.
    pub swept: Timestamp,
    /// Where the log goes on.
    pub place: Place,
    /// What was read.
    pub snapshot: Snapshot<'o>,
}

/// Keeps what was read for another time.
pub trait Keep: Send + Sync {
    /// Returns what was kept of an org, if anything was.
    fn take(&self, org: &Org) -> Result<Option<Kept<'static>>, Unusable>;

    /// Keeps something in place of what was kept before.
    fn put(&self, org: &Org, kept: &Kept<'_>) -> io::Result<()>;
}

/// Why what is kept cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// The file cannot be read.
    #[error("it cannot be read ({0})")]
    Unreadable(io::Error),
    /// It is no file, or is larger than any of ours.
    #[error("it is no file that idpctl wrote")]
    Foreign,
    /// The form is another.
    #[error("another version of idpctl wrote it")]
    Version,
    /// The tag is not that of the text.
    #[error("it is damaged, was altered, or was written about another org or project or with another credential")]
    Unauthentic,
    /// The tag is right, and the text is not.
    #[error("its text does not fit ({0})")]
    Misfit(serde_json::Error),
}

/// The files of a folder.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
    project: String,
    credentials: Credentials,
}

impl Cache {
    /// Returns the cache of a project in a folder, for whoever has some credentials.
    pub fn new(folder: impl Into<PathBuf>, project: &str, credentials: Credentials) -> Self {
        Self { folder: folder.into(), project: project.to_owned(), credentials }
    }

    /// Returns the file about an org. A project's name may hold what a file's cannot.
    pub fn path(&self, org: &Org) -> PathBuf {
        let sum = digest(&SHA256, self.project.as_bytes());
        let project = URL_SAFE_NO_PAD.encode(&sum.as_ref()[..6]);
        self.folder.join(format!("drift-{}-{project}", org.id))
    }

    fn seal(&self, org: &Org) -> Option<Seal> {
        self.credentials.seal("idpctl drift cache", &[&org.id, &self.project])
    }
}

impl Keep for Cache {
    fn take(&self, org: &Org) -> Result<Option<Kept<'static>>, Unusable> {
        let Some(text) = read(&self.path(org))? else { return Ok(None) };
        let Some(seal) = self.seal(org) else { return Ok(None) };
        opened(&text, &seal).map(Some)
    }

    fn put(&self, org: &Org, kept: &Kept<'_>) -> io::Result<()> {
        let Some(seal) = self.seal(org) else { return Ok(()) };
        let text = sealed(kept, &seal)?;
        // What is in it is the org's own business.
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        let mut options = File::options();
        options.write(true).create_new(true).mode(0o600);
        let mut beside = tempfile::Builder::new().prefix(".idpctl-").suffix(".tmp").make_in(&self.folder, |name| options.open(name))?;
        beside.as_file_mut().write_all(&text)?;
        beside.as_file().sync_all()?;
        beside.persist(self.path(org))?;
        Ok(())
    }
}

/// Returns the text of a file. Whoever can put something in its place could also make it a pipe, or endless.
fn read(path: &Path) -> Result<Option<Vec<u8>>, Unusable> {
    let found = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        found => found.map_err(Unusable::Unreadable)?,
    };
    if !found.is_file() || found.len() > LARGEST {
        return Err(Unusable::Foreign);
    }
    let mut text = Vec::new();
    let file = File::open(path).map_err(Unusable::Unreadable)?;
    file.take(LARGEST).read_to_end(&mut text).map_err(Unusable::Unreadable)?;
    Ok(Some(text))
}

/// Returns the text of a file that keeps something.
fn sealed(kept: &Kept<'_>, seal: &Seal) -> io::Result<Vec<u8>> {
    // What the tag is of comes first, so that the long text is written once; then the tag takes its place.
    let mut text = Vec::with_capacity(1 << 16);
    text.extend_from_slice(HEAD.as_bytes());
    text.push(b'\n');
    serde_json::to_writer(&mut text, kept)?;
    text.push(b'\n');
    let tag = format!(" {}", seal.tag(&text));
    text.splice(HEAD.len()..HEAD.len(), tag.into_bytes());
    Ok(text)
}

/// Returns what a file keeps. Nothing is made of its text before the tag was found right.
fn opened(text: &[u8], seal: &Seal) -> Result<Kept<'static>, Unusable> {
    let head = text.iter().take(200).position(|byte| *byte == b'\n').and_then(|end| str::from_utf8(&text[..end]).ok());
    let Some(head) = head.filter(|head| head.starts_with(NAME)) else { return Err(Unusable::Foreign) };
    let Some(tag) = head.strip_prefix(HEAD).and_then(|rest| rest.strip_prefix(' ')) else { return Err(Unusable::Version) };
    let whole = [HEAD.as_bytes(), &text[head.len()..]].concat();
    if !seal.fits(&whole, tag) {
        return Err(Unusable::Unauthentic);
    }
    serde_json::from_slice(&text[head.len()..]).map_err(Unusable::Misfit)
}

#[cfg(test)]
mod tests;
