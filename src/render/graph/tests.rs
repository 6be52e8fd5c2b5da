//! Small graphs in every form, and text that is made to do harm.

use serde_json::json;

use super::*;
use crate::bind::fixture::{app, desired, document};
use crate::graph::{Edge, Key, Sort, graph};

/// What would end a label, begin a command, be markup or turn the writing round, if somebody let it.
const HOSTILE: [&str; 16] = [
    "x\"];\nclick n1 call alert(1)",
    "%%{init: {\"theme\":\"dark\"}}%%",
    "<script>alert(1)</script> & &lt;b&gt; </title></svg>",
    "`end` | end ] } ) > \\",
    "end",
    "\u{1b}[31m\u{202e}abc\r\nn99\u{0}\u{fffe}\u{ffff}\u{e0041}",
    "@everyone www.example.com http://example.com",
    "- list",
    "1. one",
    "# head #35; #quot; style: a#quot;",
    "_a_ **b** ~~c~~ [d](e) a_b-c.d/e",
    "$$x^2$$ fa:fa-car \\N \\l \\n",
    "ﬂ°°60¶ßscript",
    "  two  blanks  ",
    "]]>--><!--<![CDATA[",
    "漢字 Ærlig ☕ and a text that is longer than anybody would read in a box of a picture",
];

fn hostile() -> Graph {
    let node = |(place, text): (usize, &&str)| Node {
        key: Key::Elsewhere { sort: Sort::Group, name: format!("{place:02} {text}"), server: None },
        documents: Vec::new(),
        title: Some((*text).to_owned()),
        facts: vec![(*text).to_owned()],
    };
    let nodes: Vec<_> = HOSTILE.iter().enumerate().map(node).collect();
    let edges = (1..nodes.len()).map(|to| Edge { from: 0, to, reason: Reason::People }).collect();
    Graph { nodes, edges }
}

fn small() -> Graph {
    graph(&desired(&[
        app("web", "Web"),
        document("Grant", "web", &[("scopes", (0..11).map(|n| json!(format!("okta.s{n:02}.read"))).collect())]),
        document("GroupAssignment", "web", &[("groups", json!([{"name": "Everyone"}]))]),
        document(
            "AuthorizationServer",
            "orders",
            &[
                ("name", json!("Orders")),
                ("audiences", json!(["https://api.example.com"])),
                ("policies", json!([{"name": "few", "description": "few", "conditions": {"clients": {"include": ["web"]}}}])),
            ],
        ),
    ]))
}

#[test]
fn a_small_graph_in_every_form() {
    insta::assert_snapshot!(mermaid(&small()), @r#"
    flowchart LR
      subgraph s1["Apps and clients"]
        n1["App/web<br/>Web"]
        n2["Grant/web<br/>okta.s00.read<br/>okta.s01.read<br/>okta.s02.read<br/>okta.s03.read<br/>okta.s04.read<br/>okta.s05.read<br/>okta.s06.read<br/>okta.s07.read<br/>and 3 more"]
        n3["GroupAssignment/web"]
      end
      subgraph s2["AuthorizationServer/orders"]
        n4["AuthorizationServer/orders<br/>Orders<br/>https#58;#47;#47;api.example.com"]
        n5["policy few"]
      end
      n6(["group Everyone"]):::elsewhere
      n1 --> n2
      n1 --> n3
      n1 -->|client| n5
      n4 --> n5
      n6 -.->|group| n3
      classDef elsewhere stroke-dasharray:4 3
    "#);
    insta::assert_snapshot!(dot(&small()), @r#"
    digraph idpctl {
      rankdir=LR
      node [shape=box, fontname="sans-serif", fontsize=11]
      edge [fontname="sans-serif", fontsize=9]
      subgraph cluster_1 {
        label="Apps and clients"
        n1 [label="App/web\lWeb\l", tooltip="App/web"]
        n2 [label="Grant/web\lokta.s00.read\lokta.s01.read\lokta.s02.read\lokta.s03.read\lokta.s04.read\lokta.s05.read\lokta.s06.read\lokta.s07.read\land 3 more\l", tooltip="Grant/web"]
        n3 [label="GroupAssignment/web\l", tooltip="GroupAssignment/web"]
      }
      subgraph cluster_2 {
        label="AuthorizationServer/orders"
        n4 [label="AuthorizationServer/orders\lOrders\lhttps://api.example.com\l", tooltip="AuthorizationServer/orders"]
        n5 [label="policy few\l", tooltip="AuthorizationServer/orders/policy/few"]
      }
      n6 [label="group Everyone\l", tooltip="group Everyone, declared by no manifest", style="dashed,rounded"]
      n1 -> n2 [tooltip="parent"]
      n1 -> n3 [tooltip="parent"]
      n1 -> n5 [label="client", tooltip="client"]
      n4 -> n5 [tooltip="parent"]
      n6 -> n3 [label="group", tooltip="group", style=dashed]
    }
    "#);
    insta::assert_snapshot!(svg_within(&small(), |_| None), @r#"
    <svg xmlns="http://www.w3.org/2000/svg" class="idpctl-graph" width="500" height="330" viewBox="0 0 500 330" role="img" aria-label="Dependency graph: 6 objects, 5 dependencies">
    <g class="edge"><title>Grant/web needs App/web (parent)</title><path d="M89 162H231C269 162 269 104 308 104"/>
    <path class="tip" d="M315 104l-7 -3v6z"/></g>
    <g class="edge"><title>GroupAssignment/web needs App/web (parent)</title><path d="M89 162H231C269 162 269 272 308 272"/>
    <path class="tip" d="M315 272l-7 -3v6z"/></g>
    <g class="edge"><title>AuthorizationServer/orders/policy/few needs App/web (client)</title><path d="M89 162H231C269 162 269 224 308 224"/>
    <path class="tip" d="M315 224l-7 -3v6z"/></g>
    <g class="edge"><title>AuthorizationServer/orders/policy/few needs AuthorizationServer/orders (parent)</title><path d="M231 234C269 234 269 224 308 224"/>
    <path class="tip" d="M315 224l-7 -3v6z"/></g>
    <g class="edge"><title>GroupAssignment/web needs group Everyone, declared by no manifest (group)</title><path class="dashed" d="M145 298H231C269 298 269 272 308 272"/>
    <path class="tip" d="M315 272l-7 -3v6z"/></g>
    <g class="edge"><text x="273" y="196" text-anchor="middle">client</text></g>
    <g class="edge"><text x="273" y="288" text-anchor="middle">group</text></g>
    <g class="node clients"><title>App/web</title>
    <rect x="16" y="138" width="73" height="48" rx="4"/>
    <text class="name" x="25" y="159">App/web</text>
    <text class="title" x="25" y="175">Web</text>
    </g>
    <g class="node clients"><title>Grant/web</title>
    <rect x="315" y="16" width="102" height="176" rx="4"/>
    <text class="name" x="324" y="37">Grant/web</text>
    <text class="fact" x="324" y="53">okta.s00.read</text>
    <text class="fact" x="324" y="69">okta.s01.read</text>
    <text class="fact" x="324" y="85">okta.s02.read</text>
    <text class="fact" x="324" y="101">okta.s03.read</text>
    <text class="fact" x="324" y="117">okta.s04.read</text>
    <text class="fact" x="324" y="133">okta.s05.read</text>
    <text class="fact" x="324" y="149">okta.s06.read</text>
    <text class="fact" x="324" y="165">okta.s07.read</text>
    <text class="fact" x="324" y="181">and 3 more</text>
    </g>
    <g class="node clients"><title>GroupAssignment/web</title>
    <rect x="315" y="256" width="169" height="32" rx="4"/>
    <text class="name" x="324" y="277">GroupAssignment/web</text>
    </g>
    <g class="node server"><title>AuthorizationServer/orders</title>
    <rect x="16" y="202" width="215" height="64" rx="4"/>
    <text class="name" x="25" y="223">AuthorizationServer/orders</text>
    <text class="title" x="25" y="239">Orders</text>
    <text class="fact" x="25" y="255">https://api.example.com</text>
    </g>
    <g class="node server"><title>AuthorizationServer/orders/policy/few</title>
    <rect x="315" y="208" width="93" height="32" rx="4"/>
    <text class="name" x="324" y="229">policy few</text>
    </g>
    <g class="node elsewhere"><title>group Everyone, declared by no manifest</title>
    <rect x="16" y="282" width="129" height="32" rx="12"/>
    <text class="name" x="25" y="303">group Everyone</text>
    </g>
    </svg>
    "#);
}

#[test]
fn hostile_text_is_text_in_a_flowchart() {
    insta::assert_snapshot!(mermaid(&hostile()), @r#"
    flowchart LR
      n1(["group 00 x#34;#93;#59;#92;u#123;a#125;click n1 call alert#40;1#41;<br/>x#34;#93;#59;#92;u#123;a#125;click n1 call alert#40;1#41;<br/>x#34;#93;#59;#92;u#123;a#125;click n1 call alert#40;1#41;"]):::elsewhere
      n2(["group 01 #37;#37;#123;init#58; #123;#34;theme#34;#58;#34;dark#34;#125;#125;#37;#37;<br/>#37;#37;#123;init#58; #123;#34;theme#34;#58;#34;dark#34;#125;#125;#37;#37;<br/>#37;#37;#123;init#58; #123;#34;theme#34;#58;#34;dark#34;#125;#125;#37;#37;"]):::elsewhere
      n3(["group 02 #60;script#62;alert#40;1#41;#60;#47;script#62; #38; #38;lt#59;b#38;gt#59; #60;#47;title#62;#8230;<br/>#60;script#62;alert#40;1#41;#60;#47;script#62; #38; #38;lt#59;b#38;gt#59; #60;#47;title#62;#60;#47;svg#62;<br/>#60;script#62;alert#40;1#41;#60;#47;script#62; #38; #38;lt#59;b#38;gt#59; #60;#47;title#62;#60;#47;svg#62;"]):::elsewhere
      n4(["group 03 #96;end#96; #124; end #93; #125; #41; #62; #92;<br/>#96;end#96; #124; end #93; #125; #41; #62; #92;<br/>#96;end#96; #124; end #93; #125; #41; #62; #92;"]):::elsewhere
      n5(["group 04 end<br/>end<br/>end"]):::elsewhere
      n6(["group 05 #92;u#123;1b#125;#91;31m#92;u#123;202e#125;abc#92;r#92;u#123;a#125;n99#92;u#123;0#125;#92;u#123;fffe#125;#92;u#123;ff#8230;<br/>#92;u#123;1b#125;#91;31m#92;u#123;202e#125;abc#92;r#92;u#123;a#125;n99#92;u#123;0#125;#92;u#123;fffe#125;#92;u#123;ffff#125;#92;u#123;e00#8230;<br/>#92;u#123;1b#125;#91;31m#92;u#123;202e#125;abc#92;r#92;u#123;a#125;n99#92;u#123;0#125;#92;u#123;fffe#125;#92;u#123;ffff#125;#92;u#123;e00#8230;"]):::elsewhere
      n7(["group 06 #64;everyone www#46;example.com http#58;#47;#47;example.com<br/>#64;everyone www#46;example.com http#58;#47;#47;example.com<br/>#64;everyone www#46;example.com http#58;#47;#47;example.com"]):::elsewhere
      n8(["group 07 #45; list<br/>#45; list<br/>#45; list"]):::elsewhere
      n9(["group 08 1#46; one<br/>1#46; one<br/>1#46; one"]):::elsewhere
      n10(["group 09 #35; head #35;35#59; #35;quot#59; style#58; a#35;quot#59;<br/>#35; head #35;35#59; #35;quot#59; style#58; a#35;quot#59;<br/>#35; head #35;35#59; #35;quot#59; style#58; a#35;quot#59;"]):::elsewhere
      n11(["group 10 #95;a#95; #42;#42;b#42;#42; #126;#126;c#126;#126; #91;d#93;#40;e#41; a_b-c.d/e<br/>#95;a#95; #42;#42;b#42;#42; #126;#126;c#126;#126; #91;d#93;#40;e#41; a_b-c.d/e<br/>#95;a#95; #42;#42;b#42;#42; #126;#126;c#126;#126; #91;d#93;#40;e#41; a_b-c.d/e"]):::elsewhere
      n12(["group 11 #36;#92;u#123;24#125;x#94;2#36;#92;u#123;24#125; fa#58;fa#92;u#123;2d#125;car #92;N #92;l #92;u#123;a#125;<br/>#36;#92;u#123;24#125;x#94;2#36;#92;u#123;24#125; fa#58;fa#92;u#123;2d#125;car #92;N #92;l #92;u#123;a#125;<br/>#36;#92;u#123;24#125;x#94;2#36;#92;u#123;24#125; fa#58;fa#92;u#123;2d#125;car #92;N #92;l #92;u#123;a#125;"]):::elsewhere
      n13(["group 12 ﬂ#92;u#123;b0#125;#176;60#182;#92;u#123;df#125;script<br/>ﬂ#92;u#123;b0#125;#176;60#182;#92;u#123;df#125;script<br/>ﬂ#92;u#123;b0#125;#176;60#182;#92;u#123;df#125;script"]):::elsewhere
      n14(["group 13 #32;#32;two #32;blanks #32;<br/>#32;#32;two #32;blanks #32;<br/>#32;#32;two #32;blanks #32;"]):::elsewhere
      n15(["group 14 #93;#93;#62;#45;#45;#62;#60;#33;#45;#45;#60;#33;#91;CDATA#91;<br/>#93;#93;#62;#45;#45;#62;#60;#33;#45;#45;#60;#33;#91;CDATA#91;<br/>#93;#93;#62;#45;#45;#62;#60;#33;#45;#45;#60;#33;#91;CDATA#91;"]):::elsewhere
      n16(["group 15 漢字 Ærlig #9749; and a text that is longer than anyb#8230;<br/>漢字 Ærlig #9749; and a text that is longer than anybody would#8230;<br/>漢字 Ærlig #9749; and a text that is longer than anybody would#8230;"]):::elsewhere
      n1 -.->|people| n2
      n1 -.->|people| n3
      n1 -.->|people| n4
      n1 -.->|people| n5
      n1 -.->|people| n6
      n1 -.->|people| n7
      n1 -.->|people| n8
      n1 -.->|people| n9
      n1 -.->|people| n10
      n1 -.->|people| n11
      n1 -.->|people| n12
      n1 -.->|people| n13
      n1 -.->|people| n14
      n1 -.->|people| n15
      n1 -.->|people| n16
      classDef elsewhere stroke-dasharray:4 3
    "#);
}

#[test]
fn hostile_text_is_text_in_dot() {
    insta::assert_snapshot!(dot(&hostile()), @r#"
    digraph idpctl {
      rankdir=LR
      node [shape=box, fontname="sans-serif", fontsize=11]
      edge [fontname="sans-serif", fontsize=9]
      n1 [label="group 00 x\"];\\nclick n1 call alert(1)\lx\"];\\nclick n1 call alert(1)\lx\"];\\nclick n1 call alert(1)\l", tooltip="group 00 x\"];\\nclick n1 call alert(1), declared by no manifest", style="dashed,rounded"]
      n2 [label="group 01 %%{init: {\"theme\":\"dark\"}}%%\l%%{init: {\"theme\":\"dark\"}}%%\l%%{init: {\"theme\":\"dark\"}}%%\l", tooltip="group 01 %%{init: {\"theme\":\"dark\"}}%%, declared by no manifest", style="dashed,rounded"]
      n3 [label="group 02 <script>alert(1)</script> &amp; &amp;lt;b&amp;gt; </title>…\l<script>alert(1)</script> &amp; &amp;lt;b&amp;gt; </title></svg>\l<script>alert(1)</script> &amp; &amp;lt;b&amp;gt; </title></svg>\l", tooltip="group 02 <script>alert(1)</script> &amp; &amp;lt;b&amp;gt; </title></svg>, declared by no manifest", style="dashed,rounded"]
      n4 [label="group 03 `end` | end ] } ) > \\\l`end` | end ] } ) > \\\l`end` | end ] } ) > \\\l", tooltip="group 03 `end` | end ] } ) > \\, declared by no manifest", style="dashed,rounded"]
      n5 [label="group 04 end\lend\lend\l", tooltip="group 04 end, declared by no manifest", style="dashed,rounded"]
      n6 [label="group 05 \\u{1b}[31m\\u{202e}abc\\r\\nn99\\u{0}\\u{fffe}\\u{ff…\l\\u{1b}[31m\\u{202e}abc\\r\\nn99\\u{0}\\u{fffe}\\u{ffff}\\u{e00…\l\\u{1b}[31m\\u{202e}abc\\r\\nn99\\u{0}\\u{fffe}\\u{ffff}\\u{e00…\l", tooltip="group 05 \\u{1b}[31m\\u{202e}abc\\r\\nn99\\u{0}\\u{fffe}\\u{ffff}\\u{e0041}, declared by no manifest", style="dashed,rounded"]
      n7 [label="group 06 @everyone www.example.com http://example.com\l@everyone www.example.com http://example.com\l@everyone www.example.com http://example.com\l", tooltip="group 06 @everyone www.example.com http://example.com, declared by no manifest", style="dashed,rounded"]
      n8 [label="group 07 - list\l- list\l- list\l", tooltip="group 07 - list, declared by no manifest", style="dashed,rounded"]
      n9 [label="group 08 1. one\l1. one\l1. one\l", tooltip="group 08 1. one, declared by no manifest", style="dashed,rounded"]
      n10 [label="group 09 # head #35; #quot; style: a#quot;\l# head #35; #quot; style: a#quot;\l# head #35; #quot; style: a#quot;\l", tooltip="group 09 # head #35; #quot; style: a#quot;, declared by no manifest", style="dashed,rounded"]
      n11 [label="group 10 _a_ **b** ~~c~~ [d](e) a_b-c.d/e\l_a_ **b** ~~c~~ [d](e) a_b-c.d/e\l_a_ **b** ~~c~~ [d](e) a_b-c.d/e\l", tooltip="group 10 _a_ **b** ~~c~~ [d](e) a_b-c.d/e, declared by no manifest", style="dashed,rounded"]
      n12 [label="group 11 $$x^2$$ fa:fa-car \\N \\l \\n\l$$x^2$$ fa:fa-car \\N \\l \\n\l$$x^2$$ fa:fa-car \\N \\l \\n\l", tooltip="group 11 $$x^2$$ fa:fa-car \\N \\l \\n, declared by no manifest", style="dashed,rounded"]
      n13 [label="group 12 ﬂ°°60¶ßscript\lﬂ°°60¶ßscript\lﬂ°°60¶ßscript\l", tooltip="group 12 ﬂ°°60¶ßscript, declared by no manifest", style="dashed,rounded"]
      n14 [label="group 13   two  blanks  \l  two  blanks  \l  two  blanks  \l", tooltip="group 13   two  blanks  , declared by no manifest", style="dashed,rounded"]
      n15 [label="group 14 ]]>--><!--<![CDATA[\l]]>--><!--<![CDATA[\l]]>--><!--<![CDATA[\l", tooltip="group 14 ]]>--><!--<![CDATA[, declared by no manifest", style="dashed,rounded"]
      n16 [label="group 15 漢字 Ærlig ☕ and a text that is longer than anyb…\l漢字 Ærlig ☕ and a text that is longer than anybody would…\l漢字 Ærlig ☕ and a text that is longer than anybody would…\l", tooltip="group 15 漢字 Ærlig ☕ and a text that is longer than anybody would read in a box of a picture, declared by no manifest", style="dashed,rounded"]
      n1 -> n2 [label="people", tooltip="people", style=dashed]
      n1 -> n3 [label="people", tooltip="people", style=dashed]
      n1 -> n4 [label="people", tooltip="people", style=dashed]
      n1 -> n5 [label="people", tooltip="people", style=dashed]
      n1 -> n6 [label="people", tooltip="people", style=dashed]
      n1 -> n7 [label="people", tooltip="people", style=dashed]
      n1 -> n8 [label="people", tooltip="people", style=dashed]
      n1 -> n9 [label="people", tooltip="people", style=dashed]
      n1 -> n10 [label="people", tooltip="people", style=dashed]
      n1 -> n11 [label="people", tooltip="people", style=dashed]
      n1 -> n12 [label="people", tooltip="people", style=dashed]
      n1 -> n13 [label="people", tooltip="people", style=dashed]
      n1 -> n14 [label="people", tooltip="people", style=dashed]
      n1 -> n15 [label="people", tooltip="people", style=dashed]
      n1 -> n16 [label="people", tooltip="people", style=dashed]
    }
    "#);
}

#[test]
fn hostile_text_is_text_in_an_image() {
    let image = svg(&hostile());
    let texts: Vec<_> = image.lines().filter(|line| line.contains("<text class=\"title\"")).collect();
    insta::assert_snapshot!(texts.join("\n"), @r#"
    <text class="title" x="25" y="613">x&quot;];\nclick n1 call alert(1)</text>
    <text class="title" x="403" y="53">%%{init: {&quot;theme&quot;:&quot;dark&quot;}}%%</text>
    <text class="title" x="403" y="133">&lt;script&gt;alert(1)&lt;/script&gt; &amp; &amp;lt;b&amp;gt; &lt;/title&gt;&lt;/svg&gt;</text>
    <text class="title" x="403" y="213">&#96;end&#96; &#124; end ] } ) &gt; \</text>
    <text class="title" x="403" y="293">end</text>
    <text class="title" x="403" y="373">\u{1b}[31m\u{202e}abc\r\nn99\u{0}\u{fffe}\u{ffff}\u{e00…</text>
    <text class="title" x="403" y="453">&#64;everyone www.example.com http://example.com</text>
    <text class="title" x="403" y="533">- list</text>
    <text class="title" x="403" y="613">1. one</text>
    <text class="title" x="403" y="693"># head #35; #quot; style: a#quot;</text>
    <text class="title" x="403" y="773">_a_ **b** ~~c~~ [d](e) a_b-c.d/e</text>
    <text class="title" x="403" y="853">$$x^2$$ fa:fa-car \N \l \n</text>
    <text class="title" x="403" y="933">ﬂ°°60¶ßscript</text>
    <text class="title" x="403" y="1013">  two  blanks  </text>
    <text class="title" x="403" y="1093">]]&gt;--&gt;&lt;!--&lt;![CDATA[</text>
    <text class="title" x="403" y="1173">漢字 Ærlig ☕ and a text that is longer than anybody would…</text>
    "#);
    assert_eq!(image.matches('<').count(), image.matches('>').count(), "all that is no markup is escaped");
    assert!(!image.contains("style=") && !image.contains("<script") && !image.contains("href"), "{image}");
}

#[test]
fn parts_of_several_servers_say_whose_they_are() {
    let server = |name: &str| {
        let scopes = json!([{"name": "read"}]);
        document(
            "AuthorizationServer",
            name,
            &[("name", json!(name)), ("audiences", json!(["https://api.example.com"])), ("scopes", scopes)],
        )
    };
    let facts = |documents: &[serde_json::Value]| -> Vec<String> {
        let image = svg(&graph(&desired(documents)));
        image.lines().filter(|line| line.contains("\">of ")).map(|line| line[line.rfind("\">").unwrap() + 2..].to_owned()).collect()
    };
    assert_eq!(facts(&[server("orders"), server("fares")]), ["of fares</text>", "of orders</text>"]);
    assert_eq!(facts(&[server("orders")]), [""; 0]);
}

#[test]
fn nothing_declared_is_a_picture_too() {
    insta::assert_snapshot!(mermaid(&Graph::default()), @"flowchart LR");
    insta::assert_snapshot!(svg_within(&Graph::default(), |_| None), @r#"
    <svg xmlns="http://www.w3.org/2000/svg" class="idpctl-graph" width="32" height="32" viewBox="0 0 32 32" role="img" aria-label="Dependency graph: 0 objects, 0 dependencies">
    </svg>
    "#);
}

#[test]
fn nodes_of_a_page_lead_to_what_it_says_of_them() {
    let page = svg_within(&small(), |address| (address.to_string() == "App/web").then(|| format!("a-{address}\"<")));
    let links: Vec<_> = page.lines().filter(|line| line.contains("<a ") || line.contains("</a>") || line.contains("<svg")).collect();
    insta::assert_snapshot!(links.join("\n"), @r##"
    <svg xmlns="http://www.w3.org/2000/svg" class="idpctl-graph" width="500" height="330" viewBox="0 0 500 330" role="group" aria-label="Dependency graph: 6 objects, 5 dependencies">
    <a href="#a-App/web&quot;&lt;">
    </g></a>
    "##);
    assert!(!page.contains("<style"), "its looks are the page's");
}

#[test]
fn what_mermaid_would_not_draw_is_told() {
    let edges = vec![Edge { from: 0, to: 0, reason: Reason::Parent }; 501];
    let said = |graph: &Graph, text: &str| beyond(graph, text).map(|beyond| beyond.to_string()).unwrap_or_default();
    insta::assert_snapshot!(said(&Graph { nodes: Vec::new(), edges }, ""), @"Mermaid draws no more than 500 arrows unless it is told to, and these are 501");
    insta::assert_snapshot!(said(&Graph::default(), &"x".repeat(50_001)), @"Mermaid reads no more than 50000 characters unless it is told to, and these are 50001");
    assert_eq!(beyond(&small(), &mermaid(&small())), None);
}
