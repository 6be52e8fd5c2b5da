//! `export`: the live org to manifests that plan to nothing. Sends GETs alone, and writes new files alone.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::super::args::{Manifests, Network, Secrets};
use super::super::connect::{Connection, Signing, connect, real_org_at_hand};
use super::super::declared::{Resolved, Undeclared, read, show, tolerant};
use super::super::error::CommandError;
use super::super::file::write_new_file;
use super::super::{Context, Exit};
use super::tfstate::{self, REMOVED, Told};
use crate::address::{Kind, System};
use crate::export::{Choice, Detail, Export, Layout, NewFile, Repository, files, stream};
use crate::manifest::{Document, Ownership, Wish};
use crate::observe::Sweep;
use crate::pipeline;
use crate::printable::printable;
use crate::select::Select;
use crate::terraform::State;

/// Writes what is in the org, and not declared yet, as manifests. With them a plan changes nothing of it but whose it is. Nothing is written to the org, and no file that is there is touched.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  idpctl export                               prints manifests of everything
  idpctl export --out manifests               writes a file for each app, server and provider
  idpctl export 'App/web-*' --out manifests   these apps, with their credentials, grants and groups
  idpctl export --layout kind --out manifests writes a file for each kind
  idpctl export AuthorizationServer/orders
  idpctl export 'Client/*'                    apps as dynamic registration shows them
  terraform state pull | idpctl export --from-tfstate - --out manifests
then, with the secrets that it names in the environment:
  idpctl plan

An address is that of the manifest that would be written: names are made of labels. That of an app stands for everything about it: its App, ClientCredentials, Grant and GroupAssignment.

What manifests declare already is left alone; an app of which they say something gets the documents that are missing.

Left out are defaults, unless --full is given, and secrets: a manifest names the variable that is to hold one, and `apply` needs it.")]
pub(crate) struct ExportArgs {
    /// Export these only: KIND/NAME, with globs
    #[arg(value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// Write files into this folder, which is made if it is not there
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Leave out what a new object would have by itself; the default
    #[arg(long, conflicts_with = "full")]
    minimal: bool,
    /// Write every field that the org shows and a manifest can say
    #[arg(long)]
    full: bool,
    /// Say which documents share a file
    #[arg(long, value_name = "LAYOUT", default_value = "app", requires = "out")]
    layout: LayoutArg,
    /// Export what a Terraform state manages, under its names, with `removed` blocks to let Terraform go; `-` is standard input
    #[arg(long, value_name = "FILE", requires = "out", conflicts_with = "addresses")]
    from_tfstate: Option<PathBuf>,
    /// Say whether live client secrets are looked at, to declare each; each read is an entry in the org's log. Their values are written nowhere
    #[arg(long, value_name = "MODE", default_value = "skip")]
    secrets: Secrets,
    #[command(flatten)]
    manifests: Manifests,
    #[command(flatten)]
    network: Network,
}

/// Which documents share a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LayoutArg {
    /// One file for each app, server, client and provider
    App,
    /// One file for each kind
    Kind,
}

/// Runs the command.
pub(crate) async fn run(args: &ExportArgs, context: &Context) -> Result<Exit, CommandError> {
    let printer = context.printer;
    let select = Select::new(&args.addresses).map_err(CommandError::new)?;
    // `--minimal` says what is so anyway, and cannot stand beside `--full`.
    let detail = if args.full && !args.minimal { Detail::Full } else { Detail::Minimal };
    let mut state = args.from_tfstate.as_deref().map(tfstate::read).transpose()?;
    let chosen = |state: &Option<State>| {
        let known = state.as_ref().map(State::choice).unwrap_or_default();
        Choice { select: select.clone(), detail, ..known }
    };
    let mut choice = chosen(&state);
    let there = there(args, context)?;
    let Resolved { desired, documents, target, keys, project, sources: _, diagnostics: _, files: _ } = &there;
    let target = target.as_ref().ok_or_else(CommandError::shown)?;
    let secrets = args.secrets == Secrets::Compare;
    let signing = Signing::ToExport(&choice, desired);
    let connection = connect(target, signing, &args.network, context)?;
    let sweep = sweep(&connection, &choice, args, context)?;
    let ownership = target.ownership == Ownership::Marker;
    if let Some(known) = state.take_if(|state| state.speaks_of_default()) {
        let id = pipeline::default_server(sweep.clone(), &connection.expected).await?;
        state = Some(id.iter().fold(known, State::with_default));
        choice = chosen(&state);
    }
    let repository = Repository { project, owner: &target.project, ownership, documents, key_sets: keys };
    let mut observed = pipeline::observe_for_export(&repository, desired, &choice, secrets, sweep.clone(), &connection.expected).await?;
    if let Some(state) = &state {
        observed = pipeline::observe_for_state(state, sweep, observed).await?;
    }
    let export = pipeline::export(&observed, desired, &repository, &choice);
    let told = state.as_ref().map(|state| {
        let taken = pipeline::taken(state, &observed, &repository, &export);
        tfstate::told(state, &taken, observed.org.as_ref().map_or("the org", |org| org.url.as_str()))
    });
    let told = told.transpose()?;
    let idle = idle(args, &export, documents);
    if idle.len() == args.addresses.len() && !idle.is_empty() && export.left.is_empty() {
        let error = format!("nothing fits `{}`", idle.join("`, `"));
        return Err(CommandError::new(error).hint("to see the names of everything there is:\n    idpctl export"));
    }
    match &args.out {
        None => printer.data(&stream(&export.documents))?,
        Some(folder) => write(folder, args, &export, told.as_ref(), context)?,
    }
    say_the_rest(&export, told.as_ref(), args, &target.manifests, context);
    if !idle.is_empty() {
        printer.note(&format!("warning: no manifest came of `{}`", printable(&idle.join("`, `"))));
    }
    Ok(Exit::Done)
}

/// Returns the patterns that fit no document, neither one that was made nor one that is there.
fn idle<'a>(args: &'a ExportArgs, export: &Export, documents: &[Document]) -> Vec<&'a str> {
    let fits = |pattern: &&String| {
        let select = Select::new(std::slice::from_ref(*pattern)).unwrap_or_default();
        export.documents.iter().any(|document| select.has(&document.address))
            || documents.iter().any(|document| select.has(&document.address()))
    };
    args.addresses.iter().filter(|pattern| !fits(pattern)).map(String::as_str).collect()
}

/// Reads the manifests that are there, in the folder of the export too. That there are none is no mistake.
fn there(args: &ExportArgs, context: &Context) -> Result<Resolved, CommandError> {
    let wish = Wish {
        target: args.manifests.target.clone(),
        variables: args.manifests.variables(),
        real_org_at_hand: real_org_at_hand(&context.env),
    };
    let undeclared = if args.manifests.files.is_empty() { Undeclared::Nothing } else { Undeclared::Mistake };
    let mut there = tolerant(read(&context.root, &args.manifests, &wish).resolved(), undeclared);
    let paths = there.target.as_ref().map(|target| target.manifests.clone()).unwrap_or_default();
    let paths = if args.manifests.files.is_empty() { paths } else { args.manifests.files.clone() };
    if let Some(folder) = args.out.as_ref().filter(|folder| folder.is_dir() && !is_below(folder, &paths, context)) {
        let mut files: Vec<String> = paths.into_iter().filter(|path| context.root.join(path).exists()).collect();
        files.push(folder.display().to_string());
        let manifests = Manifests { files, ..args.manifests.clone() };
        there = tolerant(read(&context.root, &manifests, &wish).resolved(), Undeclared::Nothing);
    }
    show(&there.diagnostics, &there.sources, context.printer);
    if there.diagnostics.has_errors() { Err(CommandError::shown()) } else { Ok(there) }
}

/// Tells whether a folder is below some paths of the repository, so that it is read along with them.
fn is_below(folder: &Path, paths: &[String], context: &Context) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    let Some(folder) = real(folder) else { return false };
    paths.iter().filter_map(|path| real(&context.root.join(path))).any(|path| folder.starts_with(path))
}

/// Returns how org and portal are read: each if something of it is wanted and there are credentials for it.
fn sweep(connection: &Connection, choice: &Choice, args: &ExportArgs, context: &Context) -> Result<Sweep, CommandError> {
    let speaks = |system: System| Kind::ALL.into_iter().any(|kind| kind.system() == system && choice.speaks_of(kind));
    let [okta, portal] = [System::Okta, System::Portal].map(speaks);
    let [has_okta, has_portal] = [System::Okta, System::Portal].map(|system| connection.reaches(system));
    // What nobody has credentials for is left out, unless that would be everything.
    let (okta, portal) = if okta && portal && (has_okta || has_portal) { (has_okta, has_portal) } else { (okta, portal && !okta) };
    connection.must_have(okta, portal)?;
    let systems = [(okta, System::Okta), (portal, System::Portal)].into_iter().filter_map(|(read, system)| read.then_some(system));
    let (reader, progress) = (connection.reader(), context.progress());
    Ok(Sweep { reader, systems: systems.collect(), parallelism: args.network.parallelism, progress })
}

/// Writes files into a folder, each whole, and none over another.
fn write(folder: &Path, args: &ExportArgs, export: &Export, told: Option<&Told>, context: &Context) -> Result<(), CommandError> {
    let removed = told.and_then(|told| told.removed.as_ref());
    if export.documents.is_empty() && removed.is_none() {
        return Ok(());
    }
    let shown = printable(&folder.display().to_string()).into_owned();
    let failed = |error: io::Error| CommandError::new(error).doing(format!("could not write into `{shown}`"));
    fs::create_dir_all(folder).map_err(failed)?;
    let real = folder.canonicalize().map_err(failed)?;
    let layout = if args.layout == LayoutArg::Kind { Layout::Kind } else { Layout::App };
    let mut files = files(&export.documents, layout, &taken(&real).map_err(failed)?);
    // One of the same text is as good as new; another one is told of before anything is written.
    if let Some(text) = removed.filter(|text| fs::read_to_string(real.join(REMOVED)).ok().as_ref() != Some(text)) {
        if real.join(REMOVED).symlink_metadata().is_ok() {
            let error = format!("`{shown}/{REMOVED}` is there already, and nothing was written");
            return Err(CommandError::new(error).hint("name another folder, or delete that file first"));
        }
        files.push(NewFile { name: REMOVED.to_owned(), text: text.clone(), documents: Vec::new() });
    }
    if files.is_empty() {
        return Ok(());
    }
    for NewFile { name, text, .. } in &files {
        let path = real.join(name);
        if let Some(below) = path.parent().filter(|below| *below != real) {
            fs::create_dir_all(below).map_err(failed)?;
            if below.canonicalize().map_err(failed)? != *below {
                let error = format!("`{}` in `{shown}` is a link to another place", name.split('/').next().unwrap_or_default());
                return Err(CommandError::new(error).hint("remove the link, or export into another folder"));
            }
        }
        write_new_file(&path, text, 0o666)?;
    }
    let mut lines = format!("Wrote {} into `{shown}`:\n", counted(files.len(), "file"));
    for NewFile { name, documents, .. } in &files {
        let mut addresses: Vec<_> = documents.iter().map(ToString::to_string).take(8).collect();
        if documents.len() > addresses.len() {
            addresses.push(format!("and {} more", documents.len() - addresses.len()));
        }
        let says = if documents.is_empty() { "`removed` blocks for Terraform".to_owned() } else { addresses.join(", ") };
        let _ = writeln!(lines, "  {name}: {says}");
    }
    context.printer.note(&lines);
    Ok(())
}

/// Returns the paths below a folder that are there already, as far as an export could write them.
fn taken(folder: &Path) -> io::Result<BTreeSet<String>> {
    let mut taken = BTreeSet::new();
    let mut open = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = open.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if prefix.is_empty() && entry.file_type()?.is_dir() {
                open.push((entry.path(), format!("{name}/")));
            }
            taken.insert(name);
        }
    }
    Ok(taken)
}

/// Says what nobody sees in the manifests, and what to do next.
fn say_the_rest(export: &Export, told: Option<&Told>, args: &ExportArgs, manifests: &[String], context: &Context) {
    let mut text = String::new();
    let stand_ins = export.stand_ins();
    if !stand_ins.is_empty() {
        text.push_str("\nNo manifest holds a secret. Before `idpctl apply`, set these variables to the values that are in use:\n");
        for stand_in in stand_ins {
            let _ = writeln!(text, "  {}  {} of {}", stand_in.variable, stand_in.what, stand_in.address);
        }
    }
    let pinned: Vec<_> = export.documents.iter().filter(|document| document.metadata.contains_key("id")).collect();
    if !pinned.is_empty() {
        text.push_str("\nPinned with `metadata.id`, because nothing else tells which object is meant; for another org take that out:\n");
        for document in pinned {
            let _ = writeln!(text, "  {}", document.address);
        }
    }
    let of_state = told.iter().flat_map(|told| &told.left).map(|left| (&left.what, &left.why));
    let left: Vec<_> = export.left.iter().map(|left| (&left.what, &left.why)).chain(of_state).collect();
    if !left.is_empty() {
        text.push_str(if told.is_some() { "\nNot carried over:\n" } else { "\nLeft out:\n" });
        for (what, why) in left {
            let _ = writeln!(text, "  {}: {}", printable(what), printable(why));
        }
    }
    if export.declared > 0 {
        let (be, verb) = if export.declared == 1 { ("is", "was") } else { ("are", "were") };
        let _ = writeln!(text, "\n{} {be} declared already, and {verb} left alone.", counted(export.declared, "object"));
    }
    if let (Some(told), Some(folder)) = (told, &args.out) {
        told.say(folder, &mut text);
    }
    if export.documents.is_empty() {
        text.push_str("\nThere is nothing to export.\n");
    } else if let Some(folder) = &args.out {
        let read = is_below(folder, manifests, context) && args.manifests.files.is_empty();
        let file = if read { String::new() } else { format!(" --file {}", printable(&folder.display().to_string())) };
        let target = args.manifests.target.as_ref().map(|target| format!(" --target {}", printable(target))).unwrap_or_default();
        let _ = writeln!(text, "\nTo see that they change nothing but whose the objects are:\n    idpctl plan{file}{target}");
    }
    context.printer.note(if args.out.is_none() || export.documents.is_empty() { text.trim_start_matches('\n') } else { &text });
}

fn counted(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}
