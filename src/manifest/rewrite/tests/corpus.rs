//! Every place in every example and every manifest of the corpus, edited in every way.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use super::layout::Form;
use super::*;

/// Returns the texts of the manifests below some folders of the repository that the strict reader accepts, by their paths.
fn manifests() -> Vec<(String, String)> {
    let mut folders: Vec<_> =
        ["manifests", "overlays", "tests/corpus/valid", "tests/corpus/overlay", "tests/corpus/finding"].map(PathBuf::from).into();
    let mut found = vec![];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(&folder)).unwrap().map(Result::unwrap) {
            let path = folder.join(entry.file_name());
            if entry.path().is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                found.push((path.display().to_string(), fs::read_to_string(entry.path()).unwrap()));
            }
        }
    }
    found.sort();
    found.retain(|(name, text)| Rewriting::read(&name.as_str().into(), text).is_ok());
    found
}

/// Returns the part of a text that another does not begin or end with.
fn changed(old: &str, new: &str) -> Range<usize> {
    let start = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
    let same_end = old.bytes().rev().zip(new.bytes().rev()).take_while(|(a, b)| a == b).count();
    start..old.len().saturating_sub(same_end).max(start)
}

/// Returns the part of a document that an edit may touch: a value on its line, else the lines of what is edited with its comments.
fn touchable(text: &str, edit: &Edit) -> Range<usize> {
    let root = layout(text).unwrap();
    let (Edit::Set { path, .. } | Edit::Remove { path } | Edit::Insert { list: path, .. }) = edit;
    let way = root.way(path).unwrap();
    let (above, place) = way.last().unwrap();
    let inserts = matches!(edit, Edit::Insert { .. });
    let own = Some(&above.entries[*place].node).filter(|node| inserts && node.is_flow());
    if let Some(outer) = way.iter().map(|(outer, _)| *outer).find(|outer| outer.is_flow()).or(own) {
        return outer.span.clone();
    }
    let entry = &above.entries[*place];
    let column = lines::column(text, entry.start);
    match edit {
        Edit::Remove { path } if above.entries.len() == 1 => {
            touchable(text, &Edit::Set { path: path.parent().unwrap(), value: Value::Null })
        }
        // What comes next moves to where the first one stood, behind the dash.
        Edit::Remove { .. } if !lines::leads(text, entry.start) => entry.start..above.entries[*place + 1].start,
        Edit::Remove { .. } => lines::with_comments(text, entry.start)..lines::behind(text, entry.end(), column),
        Edit::Set { value, .. }
            if matches!(entry.node.form, Form::Plain | Form::Single | Form::Double) && !value.is_array() && !value.is_object() =>
        {
            entry.node.span.clone()
        }
        Edit::Set { .. } => entry.mark..lines::behind(text, entry.end(), column),
        // Nothing at all is touched where something is put between lines.
        Edit::Insert { .. } => 0..0,
    }
}

fn edits(tree: &Value) -> Vec<Edit> {
    let values = [
        json!("new value"),
        json!("- # it's: \"${x}\"\n\u{202e}\u{1b}[31m"),
        json!("two\nlines\n"),
        json!(null),
        json!([]),
        json!(["a", {"name": "b", "of": ["c"]}]),
        json!({"k": {"deep": "v"}}),
    ];
    let mut edits = Vec::new();
    for (number, path) in places(tree).into_iter().enumerate() {
        // Each place with some of them, so that each is put into many places.
        let some = values.iter().cycle().skip(number * 3).take(3);
        edits.extend(some.map(|value| Edit::Set { path: path.clone(), value: value.clone() }));
        edits.push(Edit::Remove { path: path.clone() });
        if let Some(Value::Array(items)) = path.find(tree) {
            let item = items.first().filter(|item| item.is_object()).cloned().unwrap_or_else(|| json!("https://new.example.com/a"));
            edits.extend((0..=items.len()).map(|at| Edit::Insert { list: path.clone(), at, value: item.clone() }));
        }
    }
    edits
}

#[test]
fn an_edit_of_any_place_in_the_examples_and_the_corpus_touches_nothing_else() {
    let (mut made, mut seen) = (0, BTreeSet::new());
    for (name, text) in manifests() {
        let rewriting = Rewriting::read(&name.as_str().into(), &text).unwrap();
        for (document, tree) in rewriting.documents() {
            if !seen.insert(rewriting.segments[document.0].text.clone()) {
                continue;
            }
            for edit in edits(tree) {
                let mut edited = rewriting.clone();
                assert_eq!(edited.edit(document, &edit), Ok(()), "{name}: {edit:?}");
                let mut wanted = tree.clone();
                carry_out(&edit, &mut wanted).unwrap();
                assert_eq!(edited.tree(document), &wanted, "{name}: {edit:?}");
                let before = &rewriting.segments[document.0].text;
                let after = &edited.segments[document.0].text;
                // Of a list that is set, items are edited one by one.
                let changed = changed(before, after);
                let allowed = touchable(before, &edit);
                let within = changed.is_empty() || (allowed.start <= changed.start && changed.end <= allowed.end);
                assert!(within, "{name}: {edit:?} changed {:?}, not only {:?}\n{after}", &before[changed], &before[allowed]);
                made += 1;
            }
        }
        for (document, _) in rewriting.documents() {
            let mut edited = rewriting.clone();
            edited.remove(document);
            let left: Vec<_> = rewriting.documents().filter(|(other, _)| *other != document).map(|(_, tree)| tree.clone()).collect();
            let text = edited.finish().unwrap();
            let read = text.as_ref().map(|text| Rewriting::read(&name.as_str().into(), text).unwrap());
            assert_eq!(
                read.iter().flat_map(Rewriting::documents).map(|(_, tree)| tree.clone()).collect::<Vec<_>>(),
                left,
                "{name}: {text:?}"
            );
        }
    }
    assert!(made > 3_000, "{made} edits were made");
}

#[test]
fn a_member_that_is_new_stands_where_the_field_table_has_it_and_looks_like_its_neighbours() {
    let text = "# heading\n\nkind: App\nspec:\n  label: Web    # shown to people\n  # about settings\n  settings:\n    oauthClient:\n      redirect_uris:\n      - 'https://a'   # a\n      # b\n      - 'https://b'\n      grant_types: [ \"authorization_code\" ]\n      # the end\n  profile: {team: web}\n---\nkind: Grant\nspec: {scopes: [\n  a,   # one\n  b\n]}\n";
    let mut rewriting = Rewriting::read(&"a.yaml".into(), text).unwrap();
    let [app, grant] = rewriting.documents().map(|(document, _)| document).collect::<Vec<_>>()[..] else { unreachable!() };
    let set = |path: &str, value: Value| Edit::Set { path: Path::of(path), value };
    let edits = [
        (app, set("spec.status", json!("INACTIVE"))),
        (app, set("spec.visibility.hide", json!({"iOS": true, "web": false}))),
        (app, set("spec.settings.oauthClient.refresh_token.leeway", json!(30))),
        (app, set("spec.settings.oauthClient.redirect_uris", json!(["https://c", "https://b", "https://d"]))),
        (app, set("spec.settings.oauthClient.grant_types", json!(["authorization_code", "refresh_token"]))),
        (app, set("spec.settings.notes.admin", json!("one\ntwo\n"))),
        (app, set("spec.profile.zone", json!("x, y"))),
        (grant, set("spec.scopes", json!(["b", "c", "d"]))),
    ];
    for (document, edit) in &edits {
        rewriting.edit(*document, edit).unwrap();
    }
    insta::assert_snapshot!(rewriting.finish().unwrap().unwrap(), @r#"
    # heading

    kind: App
    spec:
      label: Web    # shown to people
      status: INACTIVE
      visibility: {hide: {iOS: true, web: false}}
      # about settings
      settings:
        notes:
          admin: |
            one
            two
        oauthClient:
          redirect_uris:
          - 'https://c'
          # b
          - 'https://b'
          - 'https://d'
          refresh_token: {leeway: 30}
          grant_types: [ "authorization_code", "refresh_token" ]
          # the end
      profile: {team: web, zone: "x, y"}
    ---
    kind: Grant
    spec: {scopes: [
      b,
      c,
      d
    ]}
    "#);
}

#[test]
fn a_document_goes_with_the_heading_that_stands_apart_above_it() {
    let text = "# licence\n\n# about a\na: 1\n# the end of a\n---\nb: 2\n\n# about c\n---\nc: 3\n...\n# about d\n---\nd: 4\n";
    let without = |place: usize| {
        let mut rewriting = Rewriting::read(&"a.yaml".into(), text).unwrap();
        let document = rewriting.documents().nth(place).unwrap().0;
        rewriting.remove(document);
        rewriting.finish().unwrap().unwrap()
    };
    insta::assert_snapshot!([0, 1, 2, 3].map(without).join("=======\n"), @"
    ---
    b: 2

    # about c
    ---
    c: 3
    ...
    # about d
    ---
    d: 4
    =======
    # licence

    # about a
    a: 1
    # the end of a
    ---
    c: 3
    ...
    # about d
    ---
    d: 4
    =======
    # licence

    # about a
    a: 1
    # the end of a
    ---
    b: 2

    ...
    # about d
    ---
    d: 4
    =======
    # licence

    # about a
    a: 1
    # the end of a
    ---
    b: 2

    # about c
    ---
    c: 3
    ...
    ");
    let mut alone = Rewriting::read(&"a.yaml".into(), "# about a\na: 1\n").unwrap();
    let document = alone.document_at(12).unwrap();
    alone.remove(document);
    assert_eq!(alone.finish(), Ok(None));
}

#[test]
fn what_cannot_be_edited_is_refused_and_nothing_is_changed() {
    let text = "a: [b: 1, c]\nd: x\n";
    let mut rewriting = Rewriting::read(&"a.yaml".into(), text).unwrap();
    let document = rewriting.documents().next().unwrap().0;
    let set = |path: Path| Edit::Set { path, value: json!(2) };
    let pair = Path::of("a").index(0).key("b");
    assert_eq!(rewriting.edit(document, &set(pair.clone())), Err(Error::NotReadBack(pair)));
    assert_eq!(rewriting.edit(document, &set(Path::of("d.e"))), Err(Error::NowhereToPut(Path::of("d.e"))));
    assert_eq!(rewriting.finish(), Ok(Some(text.to_owned())));
    for unreadable in ["a: 1\na: 2\n", "a: &x 1\n", "a: [\n"] {
        assert_eq!(Rewriting::read(&"a.yaml".into(), unreadable).map(drop), Err(Error::Unreadable("a.yaml".into())));
    }
}
