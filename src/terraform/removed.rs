//! What became of a state's resources to `removed` blocks, with which Terraform lets go of them and destroys nothing.
//!
//! A block is about a whole resource, whatever instances it has: where one of them is declared by no manifest, there is no block, but what
//! to say for the others. A state's texts come into the file as names that are checked, or printable and in comments.

use std::collections::BTreeMap;

use super::taken::{Fate, Taken};
use crate::printable::printable;

const HEAD: &str = "\
# Terraform lets go of what manifests of idpctl declare now, and destroys none of it. In this order:
#
# 1. Review the manifests, and put them into git.
# 2. `idpctl plan` shows nothing but adoption; then `idpctl apply`.
# 3. Put this file into the configuration's root module, and delete the `resource` blocks that it names: Terraform
#    refuses a `removed` block beside them. What refers to them, such as outputs, needs another source then.
# 4. `terraform plan` says that each \"will no longer be managed by Terraform\", and to destroy 0; then `terraform apply`.
# 5. Delete this file.
#
# `removed` needs Terraform 1.7.
";

/// Returns the text of a file of `removed` blocks, in the order of the addresses; `None` if there are none.
pub fn removed(taken: &[Taken<'_>]) -> Option<String> {
    let mut blocks: BTreeMap<String, Vec<&Taken<'_>>> = BTreeMap::new();
    for one in taken {
        if let Some(block) = one.resource.address.block() {
            blocks.entry(block).or_default().push(one);
        }
    }
    blocks.retain(|_, instances| instances.iter().any(|one| one.fate.is_taken()));
    if blocks.is_empty() {
        return None;
    }
    let blocks = blocks.into_iter().map(|(block, instances)| {
        let is_left = |one: &&Taken<'_>| matches!(one.fate, Fate::Left(_) | Fate::Elsewhere(_));
        if instances.iter().any(is_left) { partly(&block, &instances) } else { whole(&block, &instances) }
    });
    Some(std::iter::once(HEAD.to_owned()).chain(blocks).collect())
}

fn whole(block: &str, instances: &[&Taken<'_>]) -> String {
    let mut says = String::new();
    for one in instances {
        let Fate::Declared(documents) = &one.fate else { continue };
        let documents: Vec<_> = documents.iter().map(ToString::to_string).collect();
        says.push_str(&comment(&documents.join(", ")));
    }
    format!("\n{says}removed {{\n  from = {block}\n\n  lifecycle {{\n    destroy = false\n  }}\n}}\n")
}

fn partly(block: &str, instances: &[&Taken<'_>]) -> String {
    let mut says = comment(&format!("{block} stays, because no manifest declares some of its instances. Let go of the others with:"));
    for one in instances.iter().filter(|one| one.fate.is_taken()) {
        says.push_str(&comment(&format!("  terraform state rm '{}'", one.resource.address.to_string().replace('\'', "'\\''"))));
    }
    format!("\n{says}")
}

fn comment(text: &str) -> String {
    format!("# {}\n", printable(text))
}
