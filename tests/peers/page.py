"""A browser opens a page of `idpctl diff --format html` that is made of hostile text: nothing in it becomes an element or runs, the page's own script does,
and its content policy stops whatever somebody puts into it afterwards.

    page.py BROWSER IDPCTL FOLDER
"""

import json
import os
import re
import subprocess
import sys

HOSTILE = (
    "a|`</summary></details></td></script><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
    "<svg onload=alert(1)><style>*{display:none}</style> @everyone --> ]]> \" ' x=y "
)


def run(*command, folder, **env):
    environment = {"PATH": os.environ["PATH"], "HOME": folder, "GIT_CONFIG_GLOBAL": "/dev/null", **env}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


def write(folder, path, text):
    os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
    with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
        file.write(text)


def app(name, label, note):
    return (
        f"apiVersion: idpctl/v1\nkind: App\nmetadata: {{name: {name}}}\nspec:\n  label: {json.dumps(label)}\n  profile: {{{json.dumps(note)}: {json.dumps(note)}}}\n"
        "  settings:\n    oauthClient:\n      application_type: web\n      grant_types: [authorization_code, implicit]\n"
        f"      response_types: [code, token]\n      redirect_uris: ['http://{name}.example.com/callback']\n"
    )


def opened(browser, page, folder):
    """Returns the document as it is once its script has run, and what the browser said about it."""
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--enable-logging=stderr"]
    shown = run(browser, *flags, f"--user-data-dir={folder}/profile", "--virtual-time-budget=1500", "--dump-dom", f"file://{page}", folder=folder)
    said = [line for line in shown.stderr.splitlines() if ":CONSOLE" in line]
    return shown.stdout, said


def main(browser, idpctl, folder):
    write(folder, "idpctl.yaml", "apiVersion: idpctl/v1\nkind: Project\nproject: page\n")
    write(folder, "manifests/a.yaml", app("a", "A", "b"))
    git = ["git", "-c", "user.name=test", "-c", "user.email=test@example.com"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "one"]):
        done = run(*git, *arguments, folder=folder)
        assert done.returncode == 0, done.stderr
    write(folder, "manifests/a.yaml", app("a", HOSTILE[:95], HOSTILE))
    write(folder, "manifests/b.yaml", app("b", HOSTILE[95:190], HOSTILE))
    made = run(idpctl, "diff", "HEAD", "--format", "html", folder=folder)
    assert made.returncode == 0, made.stderr
    assert "IDP4401" in made.stdout and "IDP4302" in made.stdout

    write(folder, "page.html", made.stdout)
    document, said = opened(browser, os.path.join(folder, "page.html"), folder)
    elements = {name: len(re.findall(f"<{name}[ >]", document)) for name in ("script", "style", "img", "iframe", "details")}
    assert elements["script"] == elements["style"] == 1 and elements["img"] == elements["iframe"] == 0, elements
    assert elements["details"] >= 2, elements
    assert "<title>idpctl: Difference in page</title>" in document
    assert re.search(r'<form id="filter"[^>]*>', document)[0].find("hidden") < 0, "the page's own script did not run"
    assert said == [], said

    # Somebody who edits the page without its policy cannot make it run anything.
    intruder = "<script>document.title = 'taken'</script><p onclick=\"x()\" style=\"color:red\">x</p><img src=\"https://example.com/x.png\"></main>"
    write(folder, "edited.html", made.stdout.replace("</main>", intruder))
    document, said = opened(browser, os.path.join(folder, "edited.html"), folder)
    assert "<title>idpctl: Difference in page</title>" in document
    refused = [line for line in said if "Content Security Policy" in line]
    assert len(refused) >= 3, said
    print("a page of hostile text is text to a browser, and its policy holds")


main(*sys.argv[1:])
