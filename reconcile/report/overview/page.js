"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const say = data.texts;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const make = (name, text, parent) => {
    const element = document.createElement(name);
    if (text) element.textContent = text;
    if (parent) parent.append(element);
    return element;
  };
  const [group, point, minus] = data.separators;
  const money = (text) => {
    const [whole, rest = ""] = text.replace("-", "").split(".");
    return (text.startsWith("-") ? minus : "") + whole.replace(/\B(?=(\d{3})+$)/g, group) + point + rest.padEnd(2, "0");
  };
  const dayBefore = (day, days) => {
    const time = new Date(`${day}T00:00:00Z`);
    time.setUTCDate(time.getUTCDate() - days);
    return time.toISOString().slice(0, 10);
  };

  const calendars = [...document.querySelectorAll(".calendar")];
  const numberOfDays = data.venues.length ? data.venues[0].days.length : 0;
  const told = document.getElementById("told");
  told.textContent = say.pick;
  told.hidden = false;

  // What a cell says, in words.
  const tell = (cell) => {
    const verdict = data.verdicts[cell.className || "r"];
    const place = cell.cellIndex - 1;
    const when = place < numberOfDays
      ? dayBefore(data.days[0], place)
      : `${say.week} ${dayBefore(lastMonday, 7 * (place - numberOfDays))}`;
    const text = verdict ? `${cell.parentElement.cells[0].textContent}, ${when}: ${verdict[1]}` : "";
    const link = cell.querySelector("a");
    if (link && text) link.setAttribute("aria-label", `${text}, ${say.opens}`);
    return link && text ? `${text}, ${say.opens}` : text;
  };
  let lastMonday = data.weeks[0];
  if (numberOfDays) {
    while (lastMonday >= dayBefore(data.days[1], 6)) lastMonday = dayBefore(lastMonday, 7);
  }
  const show = (target) => {
    const cell = target.closest("td");
    const text = cell ? tell(cell) : "";
    if (text) told.textContent = text;
  };

  const enter = (link) => {
    for (const other of link.closest("table").querySelectorAll("a")) other.tabIndex = other === link ? 0 : -1;
    link.focus();
  };
  // The next link in a direction; a row without one is passed over.
  const next = (link, across, down) => {
    let row = link.closest("tr");
    let place = link.closest("td").cellIndex;
    for (;;) {
      if (down) row = down > 0 ? row.nextElementSibling : row.previousElementSibling;
      else place += across;
      if (!row || place < 1 || place >= row.cells.length) return null;
      const found = !row.hidden && row.cells[place].querySelector("a");
      if (found) return found;
    }
  };
  const keys = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  for (const table of calendars) {
    table.addEventListener("mouseover", (event) => show(event.target));
    table.addEventListener("focusin", (event) => {
      if (event.target.tabIndex !== 0 || !event.target.matches("td a")) return;
      show(event.target);
      for (const other of table.querySelectorAll("a")) if (other !== event.target) other.tabIndex = -1;
    });
    table.addEventListener("keydown", (event) => {
      const way = keys[event.key];
      if (!way || !event.target.matches("td a") || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      const found = next(event.target, ...way);
      if (found) enter(found);
    });
  }

  // Find a venue.
  if (data.venues.length > 10) {
    const place = make("div");
    place.className = "find";
    const label = make("label", say.find, place);
    const input = make("input", "", place);
    input.type = "search";
    label.htmlFor = input.id = "find";
    const count = make("span", "", place);
    count.setAttribute("role", "status");
    told.before(place);
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLocaleLowerCase();
      let shown = 0;
      for (const table of document.querySelectorAll(".calendar, .weeks")) {
        let any = false;
        for (const row of table.tBodies[0].rows) {
          const found = row.cells[0].textContent.toLocaleLowerCase().includes(wanted);
          row.hidden = !found;
          any = any || found;
          if (found && table.matches(".calendar")) shown += 1;
        }
        table.parentElement.hidden = !any;
      }
      count.textContent = wanted ? fill(say.found, { count: shown, all: data.venues.length }) : "";
    });
  }

  // All weeks of a venue, as numbers.
  const dialog = make("dialog", "", document.body);
  const weeksOf = (venue) => {
    dialog.replaceChildren();
    const close = make("button", say.close, dialog);
    close.addEventListener("click", () => dialog.close());
    const table = make("table", "", dialog);
    make("caption", fill(say.weeks, { venue: venue.name }), table);
    const head = make("tr", "", make("thead", "", table));
    for (const text of [say.week, say.over, say.under]) make("th", text, head).scope = "col";
    const body = make("tbody", "", table);
    venue.over.forEach((over, week) => {
      const row = make("tr", "", body);
      make("th", dayBefore(data.weeks[0], 7 * week), row).scope = "row";
      for (const text of [over, venue.under[week]]) make("td", money(text), row).className = "n";
    });
    dialog.showModal();
  };
  let number = 0;
  for (const row of document.querySelectorAll(".weeks tbody tr:not(.all)")) {
    const venue = data.venues[number++];
    const button = make("button", say.show, row.cells[1]);
    button.setAttribute("aria-label", fill(say.weeks, { venue: venue.name }));
    button.addEventListener("click", () => weeksOf(venue));
  }
})();
