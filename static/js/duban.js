// Duban: what the keyboard and the eye gain when script runs. Nothing depends
// on it: every act is a link or a form, and the bar of the selection is drawn
// by the style sheet.
(function () {
  "use strict";
  var doc = document;
  doc.documentElement.classList.add("js");
  var $ = function (q, in_) { return (in_ || doc).querySelector(q); };
  var $$ = function (q, in_) { return Array.prototype.slice.call((in_ || doc).querySelectorAll(q)); };
  var live = $("#live");
  function say(text) { if (live) { live.textContent = text; } }

  // Menus close on a click elsewhere and on Escape, which gives the focus back.
  doc.addEventListener("click", function (e) {
    $$("details.menu[open], details.tk-more[open]").forEach(function (d) {
      if (!d.contains(e.target)) { d.open = false; }
    });
  });
  function closeMenu() {
    var d = $("details.menu[open], details.tk-more[open]");
    if (!d) { return false; }
    d.open = false;
    $("summary", d).focus();
    return true;
  }

  // A form that came back with faults: read them out, and begin there.
  var errors = $("#errors");
  if (errors) { errors.focus(); }

  // A form is sent once: the second click would be a conflict, or a second act.
  doc.addEventListener("submit", function (e) {
    var f = e.target;
    if (f.method !== "post") { return; }
    if (f.dataset.sent) { e.preventDefault(); return; }
    f.dataset.sent = "1";
  });
  window.addEventListener("pageshow", function () {
    $$("form[data-sent]").forEach(function (f) { delete f.dataset.sent; });
  });

  // The filter of the matrix applies itself.
  var filter = $("#filter");
  if (filter) {
    filter.addEventListener("change", function (e) {
      if (e.target.tagName === "SELECT") { filter.requestSubmit(); }
    });
    // Empty fields stay out of the address.
    filter.addEventListener("formdata", function (e) {
      Array.from(e.formData.entries()).forEach(function (p) { if (p[1] === "") { e.formData.delete(p[0]); } });
    });
  }

  // The matrix: one measure is current, some may be ticked.
  var table = $("table.m"), scroller = $(".scr"), bulk = $("#bulk");
  var rows = table ? $$("tr", table).filter(function (r) { return $(".ms a", r); }) : [];
  var cur = -1, last = -1;

  function show(i, from) {
    if (!rows.length) { return; }
    i = Math.max(0, Math.min(rows.length - 1, i));
    if (cur >= 0) { rows[cur].classList.remove("cur"); }
    cur = i;
    rows[i].classList.add("cur");
    if (from !== "focus") {
      var a = $(".ms a", rows[i]);
      a.focus({ preventScroll: true });
      a.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }
  if (table) {
    table.addEventListener("focusin", function (e) {
      var i = rows.indexOf(e.target.closest("tr"));
      if (i >= 0 && i !== cur) { show(i, "focus"); }
    });
    var here = location.hash && doc.getElementById(location.hash.slice(1));
    if (here && rows.indexOf(here) >= 0) { show(rows.indexOf(here)); }
  }

  function boxes() { return $$(".ms input:checked"); }
  function count() {
    if (!bulk) { return; }
    var seen = {}, n = 0, left = 0;
    boxes().forEach(function (b) {
      if (seen[b.value]) { return; } // a measure drawn twice counts once
      seen[b.value] = true;
      n++;
      left += Number(b.dataset.n);
    });
    var words = $$("[data-n]", bulk);
    words[0].textContent = words[0].dataset.n.replace("#", n);
    words[1].textContent = words[1].dataset.n.replace("#", left);
    say(n ? words[0].textContent : "");
  }
  function tick(i, to) {
    var b = rows[i] && $(".ms input", rows[i]);
    if (!b) { return; }
    b.checked = to === undefined ? !b.checked : to;
    last = i;
    count();
  }
  if (table && bulk) {
    table.addEventListener("click", function (e) {
      if (e.target.type !== "checkbox") { return; }
      var i = rows.indexOf(e.target.closest("tr"));
      if (e.shiftKey && last >= 0) { // a stretch of rows
        for (var k = Math.min(i, last); k <= Math.max(i, last); k++) { tick(k, e.target.checked); }
      }
      last = i;
      count();
    });
    bulk.addEventListener("reset", function () { setTimeout(count, 0); });
    count();
  }

  // Keys, off in fields and with Ctrl, Alt or Meta (WCAG 2.1.4: J, K and the
  // others act only where the matrix is; / and ? lead to fields and help).
  var go = "";
  doc.addEventListener("keydown", function (e) {
    if (e.ctrlKey || e.altKey || e.metaKey || e.isComposing || e.defaultPrevented) { return; }
    var t = e.target, keys = $("#keys");
    var typing = /^(TEXTAREA|SELECT)$/.test(t.tagName) || (t.tagName === "INPUT" && t.type !== "checkbox") || t.isContentEditable;
    if (e.key === "Escape") {
      if (closeMenu()) { return; }
      if (typing) { t.blur(); return; }
      if (bulk && boxes().length) { bulk.reset(); }
      return;
    }
    if (typing || (keys && keys.open)) { return; }
    var done = true, key = e.key.length === 1 ? e.key.toLowerCase() : e.key;
    if (go) {
      go = "";
      var to = { h: "/", m: href("/m"), r: href("/review") }[key];
      if (to) { location.href = to; e.preventDefault(); }
      return;
    }
    switch (key) {
    case "/":
      var box = $("#filter input[type=search]") || $(".topbar input[type=search]");
      if (box) { box.focus(); box.select(); } else { done = false; }
      break;
    case "?":
      if (keys) { keys.showModal(); } else { location.href = "/help"; }
      break;
    case "g": go = "g"; setTimeout(function () { go = ""; }, 1200); break;
    default: done = matrixKey(key, e);
    }
    if (done) { e.preventDefault(); }
  });
  function href(end) {
    var a = $$(".nav a").filter(function (x) { return x.getAttribute("href").slice(-end.length) === end; })[0];
    return a && a.href;
  }
  function matrixKey(key, e) {
    if (!rows.length) { return false; }
    var inTable = table.contains(e.target) || e.target === doc.body || e.target === scroller;
    if (!inTable) { return false; }
    var step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[key];
    if (step) {
      if (e.shiftKey && cur >= 0) { tick(cur, true); }
      show(cur < 0 ? 0 : cur + step);
      if (e.shiftKey) { tick(cur, true); }
      return true;
    }
    if (cur < 0) { return false; }
    switch (key) {
    case "x": tick(cur); return true;
    case " ":
      if (e.target.type === "checkbox" || e.target.tagName === "SUMMARY" || e.target.tagName === "BUTTON") { return false; }
      var f = $(".f", rows[cur]);
      if (f) { f.click(); }
      return !!f;
    case "Enter":
      if (/^(A|BUTTON|SUMMARY|INPUT)$/.test(e.target.tagName)) { return false; }
      $(".ms a", rows[cur]).click();
      return true;
    case "n":
      if (bulk && boxes().length) { bulk.requestSubmit(); return true; }
    }
    return false;
  }
})();
