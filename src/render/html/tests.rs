//! Pages of every sort of report.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;

use super::super::inert::assert_page;
use super::super::report::fixture::{HOSTILE, hostile, plan};
use super::html;
use crate::report::{Report, Section};

fn body(page: &str) -> &str {
    page.split_once("<body>").unwrap().1.split_once("<script>").unwrap().0
}

#[test]
fn a_page_says_first_what_is_dangerous() {
    insta::assert_snapshot!(body(&html(&plan())), @r##"
    <a class="skip" href="#objects">Skip to the objects</a>
    <header>
    <h1>Plan for <code>payments</code></h1>
    <p class="about"><span>org <code>https://acme.okta.com</code></span> <span>id <code>00o1</code></span> <span>portal <code>https://portal.example.com</code></span> <span>target <code>prod</code></span> </p>
    <p class="verdict refused">1 to update, 1 to replace, 1 to delete, with 4 requests: refused</p>
    <nav aria-label="Parts of this page"><a href="#findings">Findings</a> <a href="#refused">1 refused</a> <a href="#objects">3 objects</a></nav>
    </header>
    <main>
    <section id="findings" aria-labelledby="findings-heading">
    <h2 id="findings-heading">Findings <span class="pill high">1 high</span> <span class="pill medium">1 medium</span></h2>
    <ol class="findings">
    <li class="finding high">
    <h3><span class="pill high">high</span> A policy that is opened to every client <span class="code"><a href="https://developer.okta.com/docs/guides/configure-access-policy/main/" rel="noreferrer">IDP4201</a></span></h3>
    <p class="where"><a href="#object-0-1"><code>App/web</code></a> <code>settings.oauthClient.redirect_uris</code> at <code>manifests/web.yaml:12:7</code></p>
    <p class="what">The redirect URI <code>http://portal.example.com/cb</code> is added, over plain http.</p>
    <p class="remedy"><b>What to do:</b> Use https, or a loopback address for a native app.</p>

    </li>
    <li class="finding medium">
    <h3><span class="pill medium">medium</span> One secret comes and another goes in one apply <span class="code"><a href="https://developer.okta.com/docs/guides/client-secret-rotation-key/main/" rel="noreferrer">IDP4001</a></span></h3>
    <p class="where"><a href="#object-0-0"><code>App/spa</code></a> <code>settings.oauthClient.redirect_uris</code> at <code>manifests/web.yaml:12:7</code></p>
    <p class="what">The redirect URI <code>http://portal.example.com/cb</code> is added, over plain http.</p>
    <p class="remedy"><b>What to do:</b> Use https, or a loopback address for a native app.</p>
    <p class="reason">Accepted in this very change, which does not count: <q>trust me</q></p>
    </li>
    </ol>
    </section>
    <section id="refused" aria-labelledby="refused-heading">
    <h2 id="refused-heading">Refused</h2>
    <ul class="remarks refusals">
    <li><code>App/spa</code> the app would be replaced, and its users and groups lost <span class="flag">allow it with <code>--allow-replace App/spa</code></span></li>
    </ul>
    </section>
    <section id="objects" aria-labelledby="objects-heading" tabindex="-1">
    <h2 id="objects-heading">3 objects</h2>
    <form id="filter" role="search" aria-label="Filter the objects" hidden>
    <label>Text <input type="search" id="filter-text" autocomplete="off" placeholder="name, field or value"></label>
    <label>Kind <select id="filter-kind"><option value="">any</option><option>App</option></select></label>
    <label>Change <select id="filter-turn"><option value="">any</option><option>to delete</option><option>to replace</option><option>to update</option></select></label>
    <button type="button" id="open-all">Open all</button> <button type="button" id="close-all">Close all</button>
    <output id="filter-count" aria-live="polite"></output>
    </form>





    <details class="object replaced" id="object-0-0" data-kind="App" data-turn="to replace" open>
    <summary><span class="sign" aria-hidden="true">±</span> <span class="word">to replace</span> <code class="address">App/spa</code> <span class="title">Single page</span> <span class="pill medium">medium</span></summary>

    <p class="note">Replacement loses 12 users, its access policy and its logo.</p>
    <div class="scroll"><table>
    <thead><tr><th scope="col">Field</th><th scope="col">Live</th><th scope="col">Planned</th></tr></thead>
    <tbody><tr><th scope="row" rowspan="1"><code>settings.<wbr>oauthClient.<wbr>application_type<wbr></code><small>cannot be changed: the app is replaced</small></th><td class="gone">&#34;<mark>web</mark>&#34;</td><td class="come">&#34;<mark>browser</mark>&#34;</td></tr></tbody>
    </table></div>

    </details>
    <details class="object changed" id="object-0-1" data-kind="App" data-turn="to update" open>
    <summary><span class="sign" aria-hidden="true">~</span> <span class="word">to update</span> <code class="address">App/web</code> <span class="title">Web</span> <span class="pill high">high</span></summary>


    <div class="scroll"><table>
    <thead><tr><th scope="col">Field</th><th scope="col">Live</th><th scope="col">Planned</th></tr></thead>
    <tbody><tr><th scope="row" rowspan="1"><code>label<wbr></code></th><td class="gone">&#34;Web&#34;</td><td class="come">&#34;Web<mark> portal</mark>&#34;</td></tr></tbody><tbody><tr><th scope="row" rowspan="2"><code>settings.<wbr>oauthClient.<wbr>redirect_uris<wbr></code></th><td class="same">&#34;https://a.example.com/cb&#34;</td><td class="same">&#34;https://a.example.com/cb&#34;</td></tr><tr><td class="gone">&#34;https://<mark>b.example.com</mark>/cb&#34;</td><td class="come">&#34;https://<mark>c.example.com</mark>/cb&#34;</td></tr></tbody><tbody><tr><th scope="row" rowspan="1"><code>client_secrets.<wbr>2026-09<wbr></code></th><td class="none"></td><td class="come">(secret, changed)</td></tr></tbody><tbody><tr><th scope="row" rowspan="1"><code>mark<wbr></code></th><td class="none"></td><td class="come">payments/web, manages secrets</td></tr></tbody>
    </table></div>

    </details>
    <details class="object removed" id="object-0-2" data-kind="App" data-turn="to delete" open>
    <summary><span class="sign" aria-hidden="true">-</span> <span class="word">to delete</span> <code class="address">App/web/secret/2026-03</code></summary>


    <p class="quiet">No field to show.</p>

    </details>


    </section>
    <section aria-labelledby="known-heading">
    <h2 id="known-heading">Known findings</h2>
    <details><summary>Show 2, which were there before or which somebody accepted</summary>
    <ul class="remarks">
    <li><span class="pill medium faded">medium</span> <a href="https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/" rel="noreferrer">IDP4002</a> <code>App/old</code> at <code>manifests/web.yaml:12:7</code>: The redirect URI <code>http://portal.example.com/cb</code> is added, over plain http. (accepted: <q>legacy client, gone by March</q>)</li>
    <li><span class="pill low faded">low</span> <a href="https://www.rfc-editor.org/rfc/rfc9700#section-2.3" rel="noreferrer">IDP4202</a> <code>App/billing</code> at <code>manifests/web.yaml:12:7</code>: The redirect URI <code>http://portal.example.com/cb</code> is added, over plain http. (there before)</li>
    </ul></details>
    </section>
    <section aria-labelledby="left-alone">
    <h2 id="left-alone">Left alone</h2>
    <details><summary>Show 1</summary>
    <ul class="remarks">
    <li><code>App/stray</code> is ours and no document declares it <span class="flag"><code>--prune</code></span></li>
    </ul></details>
    </section><section aria-labelledby="not-compared">
    <h2 id="not-compared">Not compared</h2>
    <details><summary>Show 1</summary>
    <ul class="remarks">
    <li><code>App/worker</code> its secret&#39;s reference does not resolve here: IDPCTL_WORKER is not set</li>
    </ul></details>
    </section><section aria-labelledby="notes">
    <h2 id="notes">Notes</h2>
    <details><summary>Show 1</summary>
    <ul class="remarks">
    <li><code>App/web</code> was found by its client_id</li>
    </ul></details>
    </section>

    </main>
    <footer><p>The same as text: <code>idpctl plan --target prod</code></p></footer>
    "##);
}

#[test]
fn nobody_s_text_is_markup() {
    assert_page(&html(&plan()));
    let page = html(&hostile());
    assert_page(&page);
    assert!(page.len() < 150_000, "{} bytes", page.len());
    // It is there all the same.
    let escaped = "&#60;script&#62;alert(1)&#60;/script&#62;";
    assert!(HOSTILE.contains("<script>alert(1)</script>") && page.contains(escaped));
}

#[test]
fn its_policy_knows_its_script_and_its_style_and_lets_nothing_else_run() {
    let page = html(&plan());
    let text = |name: &str| page.split_once(&format!("<{name}>")).unwrap().1.split_once(&format!("</{name}>")).unwrap().0;
    let known = |name: &str| {
        let sum = digest(&SHA256, text(name).as_bytes());
        format!("'sha256-{}'", base64::engine::general_purpose::STANDARD.encode(sum))
    };
    let policy =
        format!("default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'", known("style"), known("script"));
    assert!(page.contains(&format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">")), "{policy}");
    for name in ["style", "script"] {
        assert_eq!(page.matches(&format!("<{name}")).count(), 1);
    }
    assert!(!text("style").contains("url(") && !text("style").contains("@import"));
}

#[test]
fn a_page_of_sixty_objects_is_small() {
    let one = plan().sections.remove(0);
    let objects = one.objects.iter().cycle().take(60).cloned().collect();
    let page = html(&Report { sections: vec![Section { objects, ..one }], ..plan() });
    assert!(page.len() < 200_000, "{} bytes", page.len());
}
