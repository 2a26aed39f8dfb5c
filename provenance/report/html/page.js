"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  // Everything of the input goes through text nodes: el never parses markup.
  const el = (tag, props, ...children) => {
    const e = document.createElement(tag);
    for (const [k, v] of Object.entries(props || {})) {
      if (k === "class") e.className = v;
      else if (k === "style") e.style.cssText = v;
      else e.setAttribute(k, v);
    }
    for (const c of children) if (c !== null && c !== undefined) e.append(c);
    return e;
  };
  const rank = { fail: 4, review: 3, unknown: 2, info: 1 };
  const country = (c) => data.countries[c] || c;
  const orgOf = (a) => (a.o >= 0 ? data.orgs[a.o] : null);
  const counted = (a) => { const o = orgOf(a); return o && !o.f && a.r !== "distributor"; };

  for (const f of data.findings) { f.t = data.rules[f.r].t; f.l = data.rules[f.r].l; }
  // What the filters ask of a component, worked out once. Components of the same
  // attributions share the answer.
  const behind = new Map();
  const nobody = { orgs: [], countries: new Set(), bases: new Set(), roles: new Set(), confidences: new Set(), text: "" };
  const behindOf = (list) => {
    if (!list) return nobody;
    const key = list.map((a) => [a.o, a.r, a.c, a.p].join("\t")).join("\n");
    let b = behind.get(key);
    if (b) return b;
    b = { orgs: [], countries: new Set(), bases: new Set(), roles: new Set(), confidences: new Set(), text: "" };
    for (const a of list) {
      if (a.r) b.roles.add(a.r);
      b.confidences.add(a.c);
      const o = orgOf(a);
      if (o) {
        b.orgs.push(o); b.text += " " + o.n + " " + o.id;
        for (const or of o.o || []) { b.countries.add(or.c); b.bases.add(or.v ? "through owners" : or.b); }
      }
      if (a.p) b.text += " " + a.p;
    }
    behind.set(key, b);
    return b;
  };
  const none = new Set();
  for (const c of data.components) {
    const b = behindOf(c.a);
    c.countries = b.countries; c.bases = b.bases; c.roles = b.roles; c.confidences = b.confidences; c.lists = none; c.verdict = "";
    let text = [c.n, c.v, c.p, c.pl, ...(c.l || [])].join(" ") + b.text;
    for (const i of c.f || []) {
      const f = data.findings[i];
      if (f.l) { if (c.lists === none) c.lists = new Set(); c.lists.add(f.l); }
      if (!f.w && (rank[f.v] || 0) > (rank[c.verdict] || 0)) c.verdict = f.v;
      text += " " + f.id;
    }
    c.text = text.toLowerCase();
  }

  const options = (select, values, label) => {
    select.append(el("option", { value: "" }, "any"));
    for (const v of values) select.append(el("option", { value: v }, label ? label(v) : v));
    select.closest("label").hidden = values.length === 0;
  };
  const all = (f) => { const s = new Set(); for (const c of data.components) for (const v of f(c)) if (v) s.add(v); return [...s].sort(); };
  const filters = {
    country: (c, v) => c.countries.has(v), basis: (c, v) => c.bases.has(v), role: (c, v) => c.roles.has(v), confidence: (c, v) => c.confidences.has(v),
    list: (c, v) => c.lists.has(v), standing: (c, v) => c.st === v, verdict: (c, v) => c.verdict === v,
  };
  options(byId("f-country"), all((c) => c.countries).sort((a, b) => country(a).localeCompare(country(b), "en")), country);
  options(byId("f-basis"), all((c) => c.bases));
  options(byId("f-role"), all((c) => c.roles));
  options(byId("f-confidence"), ["high", "medium", "low"].filter((v) => data.components.some((c) => c.confidences.has(v))));
  options(byId("f-list"), all((c) => c.lists));
  options(byId("f-standing"), all((c) => [c.st]));
  options(byId("f-verdict"), ["fail", "review", "unknown", "info"].filter((v) => data.components.some((c) => c.verdict === v)));

  const chip = (v) => el("span", { class: "chip v-" + (rank[v] ? v : "none") }, v);
  const orgLink = (a) => {
    if (a.o < 0) return el("span", {}, (a.p || "") + (a.o === -2 ? " (no organization)" : " (community)"));
    return el("a", { href: "#/o/" + a.o }, data.orgs[a.o].n);
  };
  let shown = 100, sort = "", shownList = [];
  const rows = byId("rows"), more = byId("more");
  const describe = (c) => c.n + (c.v ? " " + c.v : "");
  const draw = () => {
    const q = byId("q").value.toLowerCase().split(/\s+/).filter((w) => w);
    const active = Object.keys(filters).map((k) => [k, byId("f-" + k).value]).filter(([, v]) => v);
    shownList = data.components.map((c, i) => [c, i]).filter(([c]) => q.every((w) => c.text.includes(w)) && active.every(([k, v]) => filters[k](c, v)));
    if (sort) shownList.sort(([a], [b]) => String(a[sort]).localeCompare(String(b[sort]), "en"));
    rows.replaceChildren();
    for (const [c, i] of shownList.slice(0, shown)) {
      // One organization in one role, through its project and by its own name, is
      // one line here and two on the component's page.
      const orgs = el("td"), said = new Set();
      for (const a of c.a || []) {
        const how = [a.r, a.c].filter((x) => x).join(", ") + (a.x ? ", ambiguous" : ""), key = (a.o < 0 ? a.p + a.o : a.o) + "\t" + how;
        if (said.has(key)) continue;
        said.add(key);
        orgs.append(el("div", {}, orgLink(a), " ", el("span", { class: "small" }, how)));
      }
      const findings = el("td");
      const times = new Map();
      for (const k of c.f || []) {
        const key = data.findings[k].v + (data.findings[k].w ? " not counted" : "");
        times.set(key, (times.get(key) || 0) + 1);
      }
      for (const [key, n] of times) {
        const [v, ...rest] = key.split(" ");
        findings.append(el("div", {}, chip(v), n > 1 ? " \u00d7 " + n : "", " " + rest.join(" ")));
      }
      const where = el("td");
      const seen = new Set();
      for (const a of c.a || []) {
        if (!counted(a)) continue;
        for (const o of orgOf(a).o || []) if (!o.v && !seen.has(o.c + o.t)) { seen.add(o.c + o.t); where.append(el("div", {}, country(o.c) + ": " + o.t)); }
      }
      rows.append(el("tr", {}, el("td", {}, el("a", { href: "#/c/" + i }, describe(c)), c.t ? el("div", { class: "small" }, c.t) : null), el("td", { class: "st" }, c.st), orgs, where, findings));
    }
    byId("count").textContent = shownList.length + " of " + data.components.length + " shown, with the subject and services" + (shownList.length > shown ? "; the first " + shown + " are in the table" : "");
    more.hidden = shownList.length <= shown;
  };
  const form = byId("filters");
  form.hidden = false; byId("table").hidden = false;
  form.addEventListener("input", () => { shown = 100; draw(); });
  form.addEventListener("reset", () => setTimeout(() => { shown = 100; draw(); }, 0));
  form.addEventListener("submit", (e) => e.preventDefault());
  more.addEventListener("click", () => { shown += 500; draw(); });
  for (const b of document.querySelectorAll("[data-sort]")) b.addEventListener("click", () => {
    sort = b.dataset.sort;
    for (const th of byId("table").querySelectorAll("th")) th.removeAttribute("aria-sort");
    b.closest("th").setAttribute("aria-sort", "ascending");
    draw();
  });

  // Bars: components by country, divided by role.
  const roleOrder = ["manufacturer", "brand", "odm", "silicon", "sdk", "developer", "supplier", "operator", "maintainer"];
  const roleClasses = { developer: "r0", sdk: "r1", silicon: "r2", supplier: "r3", manufacturer: "r4", operator: "r5", maintainer: "r6", brand: "r7", odm: "r8" };
  const roleClass = (r) => roleClasses[r] || "r9";
  const roleAt = (r) => { const i = roleOrder.indexOf(r); return i < 0 ? 99 : i; };
  const basisSelect = byId("chart-basis");
  const bases = all((c) => c.bases);
  for (const v of ["registered or headquartered", ...bases]) basisSelect.append(el("option", { value: v }, v));
  const bars = () => {
    const want = basisSelect.value, count = new Map();
    for (const c of data.components) {
      const here = new Map();
      for (const a of c.a || []) {
        if (!counted(a)) continue;
        for (const o of orgOf(a).o || []) {
          const basis = o.v ? "through owners" : o.b;
          if (want !== basis && !(want === "registered or headquartered" && (basis === "registered" || basis === "headquartered"))) continue;
          // A component counts once in a country, in its first role of the order.
          const old = here.get(o.c);
          if (old === undefined || roleAt(a.r) < roleAt(old)) here.set(o.c, a.r);
        }
      }
      for (const [k, role] of here) {
        if (!count.has(k)) count.set(k, new Map());
        count.get(k).set(role, (count.get(k).get(role) || 0) + 1);
      }
    }
    const list = [...count].map(([k, m]) => [k, m, [...m.values()].reduce((a, b) => a + b, 0)]).sort((a, b) => b[2] - a[2] || (a[0] < b[0] ? -1 : 1));
    const top = list.length ? list[0][2] : 1;
    const box = byId("bars"), used = new Set();
    box.replaceChildren();
    for (const [k, m, n] of list) {
      const track = el("div", { class: "track", role: "img", "aria-label": country(k) + ": " + [...m].map(([r, x]) => x + " " + r).join(", ") });
      for (const [r, x] of [...m].sort((a, b) => roleAt(a[0]) - roleAt(b[0]))) {
        used.add(r);
        track.append(el("span", { class: roleClass(r), style: "width:" + (100 * x / top).toFixed(2) + "%", title: x + " " + r }));
      }
      const b = el("button", { type: "button", title: "Show these components" }, country(k));
      b.addEventListener("click", () => { byId("f-country").value = k; shown = 100; draw(); byId("components").scrollIntoView(); byId("f-country").focus(); });
      box.append(el("div", { class: "cbar" }, b, track, el("span", {}, String(n))));
    }
    if (!list.length) box.append(el("p", {}, "None."));
    byId("chart-legend").replaceChildren(...[...used].sort((a, b) => roleAt(a) - roleAt(b)).map((r) => el("li", {}, el("span", { class: "key " + roleClass(r), "aria-hidden": "true" }), r)));
  };
  if (data.orgs.some((o) => o.o)) { byId("chart").hidden = false; basisSelect.addEventListener("change", bars); bars(); }

  // Pages of components and organizations.
  const sources = (list) => {
    if (!list || !list.length) return null;
    const ul = el("ul", { class: "sources" });
    for (const i of list) {
      const s = data.sources[i];
      ul.append(el("li", {}, s.u ? el("a", { href: s.u, rel: "noopener noreferrer", target: "_blank" }, s.t) : s.t));
    }
    return ul;
  };
  const facts = (...pairs) => el("dl", { class: "facts" }, ...pairs.filter(([, v]) => v).map(([k, v]) => el("div", {}, el("dt", {}, k), el("dd", {}, v))));
  const lines = (list, cls) => el("ul", { class: cls || "evidence" }, ...list.map((t) => el("li", {}, el("code", {}, t))));
  const componentPage = (c) => {
    const out = [el("h2", { tabindex: "-1" }, describe(c)), facts(["Kind", { d: "subject", c: "component", s: "service" }[c.k] + (c.t ? ", " + c.t : "")], ["purl", c.p], ["Place", c.pl], ["Standing", c.st])];
    if (c.l) out.push(el("h3", {}, "Files"), lines(c.l.concat(c.lm ? ["and " + c.lm + " more"] : [])));
    if (c.e) out.push(el("h3", {}, "Evidence for what it is"), lines(c.e));
    for (const a of c.a || []) {
      const o = orgOf(a);
      out.push(el("h3", {}, "Evidence suggests: ", orgLink(a), a.r ? " as " + a.r : "", " (" + a.c + " confidence)"));
      if (a.p) out.push(el("p", {}, "Through the project " + a.p), sources(a.s) || "");
      if (a.x) out.push(el("p", {}, "Ambiguous: the same mark points to " + a.x.join(", ")));
      for (const m of a.m || []) out.push(el("p", {}, "Because of ", el("code", {}, m.t)), sources(m.s) || "");
      for (const or of (o && o.o) || []) if (!or.v) out.push(el("p", {}, country(or.c) + ": " + or.t), sources(or.s) || "");
      if (o && (o.o || []).some((x) => x.v)) out.push(el("p", {}, el("a", { href: "#/o/" + a.o }, "Owners")));
    }
    if (c.cl) {
      out.push(el("h3", {}, "Claims found in it"));
      for (const k of c.cl) out.push(el("p", {}, el("code", {}, k.t)), k.e ? lines(k.e) : "");
    }
    if (c.f) {
      out.push(el("h3", {}, "Findings"));
      for (const i of c.f) { const f = data.findings[i]; out.push(el("p", {}, chip(f.v), " " + f.t + (f.w ? " (not counted)" : "") + " ", el("code", {}, f.id))); }
    }
    return out;
  };
  const orgPage = (o, index) => {
    const out = [el("h2", { tabindex: "-1" }, o.n), facts(["Record", o.id], ["Kind", o.f ? "foundation" : ""])];
    out.push(el("h3", {}, "Its own countries, by basis"));
    const own = (o.o || []).filter((x) => !x.v);
    if (!own.length) out.push(el("p", {}, "none on record"));
    for (const x of own) out.push(el("p", {}, country(x.c) + ": " + x.t), sources(x.s) || "");
    const owned = (o.o || []).filter((x) => x.v);
    if (owned.length) {
      out.push(el("h3", {}, "Owners"), el("p", { class: "small" }, "Each line is one chain, from the organization to an owner and that owner's country."));
      for (const x of owned) {
        const path = el("ol", { class: "path" }, el("li", { class: "node" }, o.n));
        for (const s of x.v) path.append(el("li", { class: "edge" }, "← " + s.s + " —"), el("li", { class: "node" }, s.n));
        path.append(el("li", { class: "edge" }, x.h || ""), el("li", { class: "node end" }, country(x.c) + ": " + x.t));
        const cites = [...new Set([...(x.s || []), ...x.v.flatMap((s) => s.c || [])])];
        out.push(path, cites.length ? el("details", {}, el("summary", { class: "small" }, cites.length + " sources"), sources(cites)) : "");
      }
    }
    out.push(el("h3", {}, "Components"));
    const ul = el("ul");
    let n = 0;
    data.components.forEach((c, i) => {
      for (const a of c.a || []) if (a.o === index) { if (n++ < 200) ul.append(el("li", {}, el("a", { href: "#/c/" + i }, describe(c)), " " + [a.r, a.c].filter((x) => x).join(", "))); break; }
    });
    out.push(ul);
    if (n > 200) out.push(el("p", {}, "and " + (n - 200) + " more"));
    return out;
  };
  const page = byId("page"), main = byId("report");
  let back = 0;
  const route = () => {
    const m = /^#\/(c|o)\/(\d+)$/.exec(location.hash);
    const item = m && (m[1] === "c" ? data.components : data.orgs)[Number(m[2])];
    if (item) {
      if (page.hidden) back = window.scrollY;
      page.replaceChildren(el("p", {}, el("a", { href: "#components" }, "Back to the report")), ...(m[1] === "c" ? componentPage(item) : orgPage(item, Number(m[2]))).filter((x) => x !== ""));
      page.hidden = false; main.hidden = true;
      window.scrollTo(0, 0);
      page.querySelector("h2").focus();
      return;
    }
    if (!page.hidden) {
      page.hidden = true; main.hidden = false;
      window.scrollTo(0, back);
    }
    const id = decodeURIComponent(location.hash.slice(1));
    const target = id && byId(id);
    if (target && target.tagName === "DETAILS") target.open = true;
  };
  window.addEventListener("hashchange", route);
  window.addEventListener("keydown", (e) => {
    if (e.key === "Escape" && !page.hidden) location.hash = "#components";
    if (e.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName) && page.hidden) { e.preventDefault(); byId("q").focus(); }
  });
  let opened = [];
  window.addEventListener("beforeprint", () => { opened = [...document.querySelectorAll("details:not([open])")]; for (const d of opened) d.open = !d.classList.contains("note"); shown = Math.max(shown, 1000); draw(); });
  window.addEventListener("afterprint", () => { for (const d of opened) d.open = false; });
  const theme = byId("theme");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });
  draw();
  route();
})();
