//! What `git ls-tree -r -z -l` says of a commit, to the files that can matter to manifests.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Error, end_of, is_safe};
use crate::manifest::PROJECT_FILE;

/// More than this is not written down.
const MOST_BYTES: u64 = 256 * 1024 * 1024;
/// So many links may lead to one another.
const MOST_LINKS: usize = 40;

/// The files and links of a commit.
#[derive(Debug, Default)]
pub(super) struct Tree {
    files: BTreeMap<String, Entry>,
    links: BTreeMap<String, Entry>,
    /// Where the links lead that stay inside.
    ends: BTreeMap<String, String>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Where it stands, relative to the folder that is looked at.
    pub(super) path: String,
    /// The object that holds what is in it.
    pub(super) object: String,
    /// How many bytes that are.
    pub(super) size: u64,
}

impl Tree {
    /// Reads a listing. Submodules and what is called so that no manifest could name it are left out.
    pub(super) fn read(listing: &[u8]) -> Result<Self, Error> {
        let mut tree = Self::default();
        for record in listing.split(|byte| *byte == 0).filter(|record| !record.is_empty()) {
            // No path in a manifest is anything but UTF-8.
            let Ok(record) = std::str::from_utf8(record) else { continue };
            let (head, path) = record.split_once('\t').ok_or(Error::Unexpected("a line of a listing"))?;
            let mut words = head.split_ascii_whitespace();
            let (Some(mode), Some(sort), Some(object), Some(size)) = (words.next(), words.next(), words.next(), words.next()) else {
                return Err(Error::Unexpected("a line of a listing"));
            };
            if sort != "blob" || !is_safe(path) {
                continue;
            }
            let size = size.parse().map_err(|_| Error::Unexpected("an object that is not there"))?;
            let entry = Entry { path: path.to_owned(), object: object.to_owned(), size };
            let list = if mode == "120000" { &mut tree.links } else { &mut tree.files };
            list.insert(path.to_owned(), entry);
        }
        if tree.manifests().iter().chain(&tree.links()).map(|entry| entry.size).sum::<u64>() > MOST_BYTES {
            return Err(Error::TooMuch(format!("more than {} MiB of YAML", MOST_BYTES / 1024 / 1024)));
        }
        Ok(tree)
    }

    /// Remembers where links lead, given what they say.
    pub(super) fn follow(&mut self, texts: &BTreeMap<String, String>) {
        let ends = texts.iter().filter_map(|(link, target)| Some((link.clone(), end_of(link, target)?)));
        self.ends = ends.collect();
    }

    /// Returns where a link leads, if that is inside.
    pub(super) fn end(&self, link: &str) -> Option<&str> {
        self.ends.get(link).map(String::as_str)
    }

    /// Returns the project file, every file that could be a manifest, and what links lead to.
    pub(super) fn manifests(&self) -> Vec<&Entry> {
        let is_manifest = |entry: &&Entry| Path::new(&entry.path).extension().is_some_and(|end| end == "yaml" || end == "yml");
        let ends = self.ends.values().filter_map(|end| self.real(end));
        once(ends.chain(self.files.values().filter(is_manifest)))
    }

    /// Returns the links.
    pub(super) fn links(&self) -> Vec<&Entry> {
        self.links.values().collect()
    }

    /// Returns the files to which some paths lead.
    pub(super) fn named(&self, paths: &[String]) -> Vec<&Entry> {
        once(paths.iter().filter_map(|path| self.real(path)))
    }

    /// Returns the file to which a path leads, over whatever links.
    fn real(&self, path: &str) -> Option<&Entry> {
        let steps: Vec<&str> = path.split('/').filter(|step| !step.is_empty() && *step != ".").collect();
        let mut path = steps.join("/");
        for _ in 0..MOST_LINKS {
            let above = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
            let mut links = above.filter_map(|at| Some((self.ends.get(&path[..at])?, &path[at..])));
            match links.next() {
                None => return self.files.get(&path),
                // The root has an empty path.
                Some((end, rest)) if end.is_empty() => path = [rest.trim_start_matches('/')].concat(),
                Some((end, rest)) => path = [end, rest].concat(),
            }
        }
        None
    }

    /// Returns whether it has no project file and nothing at or below some paths.
    pub(super) fn is_without(&self, paths: &[String]) -> bool {
        let at = |path: &str| {
            let path = path.trim_end_matches('/').trim_start_matches("./");
            let below = |known: &str| path == "." || known == path || known.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
            self.files.keys().chain(self.links.keys()).any(|known| below(known))
        };
        !at(PROJECT_FILE) && !paths.iter().any(|path| at(path))
    }
}

/// Returns each file once, by path.
fn once<'t>(entries: impl Iterator<Item = &'t Entry>) -> Vec<&'t Entry> {
    let by_path: BTreeMap<&str, &Entry> = entries.map(|entry| (entry.path.as_str(), entry)).collect();
    by_path.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(paths: &[(&str, &str)]) -> Tree {
        let records = paths.iter().map(|(mode, path)| format!("{mode} blob {:040} {:>7}\t{path}\0", 0, 9));
        let mut tree = Tree::read(records.collect::<String>().as_bytes()).unwrap();
        let texts = tree.links().into_iter().map(|link| (link.path.clone(), link.path.replace("link", "real").replace("m/", "")));
        let texts = texts.collect();
        tree.follow(&texts);
        tree
    }

    fn paths(entries: &[&Entry]) -> Vec<String> {
        entries.iter().map(|entry| entry.path.clone()).collect()
    }

    #[test]
    fn what_could_be_a_manifest_is_wanted_and_what_links_lead_to() {
        let files = [
            ("100644", "idpctl.yaml"),
            ("100755", "m/a b\n\"c.yml"),
            ("100644", "m/readme.md"),
            ("120000", "m/link.txt"),
            ("100644", "m/real.txt"),
            ("100644", "../evil.yaml"),
            ("100644", "m/.git/x.yaml"),
        ];
        assert_eq!(paths(&tree(&files).manifests()), ["idpctl.yaml", "m/a b\n\"c.yml", "m/real.txt"]);
    }

    #[test]
    fn a_file_is_found_over_links_and_not_in_circles() {
        let mut tree = tree(&[("100644", "k/2026.json"), ("120000", "keys"), ("120000", "now.json"), ("120000", "a"), ("120000", "b")]);
        let texts = [("keys", "k"), ("now.json", "keys/2026.json"), ("a", "b"), ("b", "a")];
        tree.follow(&texts.map(|(link, target)| (link.to_owned(), target.to_owned())).into());
        assert_eq!(paths(&tree.named(&["./now.json", "keys/2026.json", "a", "x"].map(str::to_owned))), ["k/2026.json"]);
    }

    #[test]
    fn nothing_is_declared_without_a_project_and_manifests() {
        let of = |path: &str| tree(&[("100644", path)]).is_without(&["./manifests/".to_owned()]);
        assert_eq!(["idpctl.yaml", "manifests/a.yaml", "manifests2/a.yaml", "x"].map(of), [false, false, true, true]);
    }

    #[test]
    fn a_listing_in_another_form_is_an_error() {
        for listing in ["x", "100644 blob 00\ta", "100644 blob 00 -\ta"] {
            assert!(matches!(Tree::read(listing.as_bytes()), Err(Error::Unexpected(_))), "{listing}");
        }
        let large = format!("100644 blob {:040} {}\ta.yaml\0", 0, MOST_BYTES + 1);
        assert!(matches!(Tree::read(large.as_bytes()), Err(Error::TooMuch(_))));
    }
}
