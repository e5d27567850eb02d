// What can be asked of a page as it stands, without loading it anew. Each answer is a list of faults; none is well.
window.eyes ??= (() => {
  const mark = (one) => {
    const names = [one.tagName.toLowerCase(), one.id && `#${one.id}`, ...[...one.classList].map((name) => `.${name}`)];
    return `${names.filter(Boolean).join('')} “${(one.innerText ?? one.textContent ?? '').trim().slice(0, 30)}”`;
  };
  const shown = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  // Told to screen readers alone: clipped to one pixel, or out of the page until it has the focus.
  const forEars = (one) => one.closest('.unseen, .skip, caption.unseen') || one.closest('thead, th, td, tr')?.getBoundingClientRect().width <= 1;
  const everything = () => [...document.body.querySelectorAll('*')].filter((one) => shown(one) && !forEars(one));

  /** Wider than the window: who sticks out the most, and it is not meant to be scrolled by itself. */
  function wide(limit = innerWidth) {
    const width = document.documentElement.scrollWidth;
    if (width <= limit) return [];
    const right = (one) => one.getBoundingClientRect().right + scrollX;
    const held = (one) => one !== document.body && (getComputedStyle(one).overflowX !== 'visible' || (one.parentElement && held(one.parentElement)));
    const out = everything().filter((one) => right(one) > limit + 0.5 && !held(one.parentElement)).sort((a, b) => right(b) - right(a));
    return [`${width} px wide of ${limit}: ${out.slice(0, 3).map(mark).join(', ')}`];
  }

  // Beyond a box: its text, and not that of a box within that scrolls, nor what is meant for ears or drawn as a picture.
  function spills(one, across, down) {
    const box = one.getBoundingClientRect();
    const [right, bottom] = [box.left + one.clientLeft + one.clientWidth, box.top + one.clientTop + one.clientHeight];
    return [...one.querySelectorAll('*')].some((inner) => {
      if (![...inner.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) || !shown(inner) || forEars(inner)) return false;
      for (let up = inner.parentElement; up !== one; up = up.parentElement) {
        const { overflowX, overflowY } = getComputedStyle(up);
        if (overflowX !== 'visible' || overflowY !== 'visible') return false;
      }
      const its = inner.getBoundingClientRect();
      return (across && its.right > right + 2) || (down && its.bottom > bottom + 2);
    });
  }

  /** Text that is there and cannot be read: it is longer than a box that neither grows nor scrolls. */
  function cut(paper = false) {
    const hides = (way) => way === 'hidden' || way === 'clip' || (paper && way !== 'visible');
    return everything().filter((one) => {
      if (one instanceof SVGElement || one.matches('canvas, input, select, textarea, img, #map, #map *') || !one.innerText?.trim()) return false;
      const { overflowX, overflowY } = getComputedStyle(one);
      const [across, down] = [one.scrollWidth - one.clientWidth, one.scrollHeight - one.clientHeight];
      const [lostAcross, lostDown] = [hides(overflowX) && across > 2, hides(overflowY) && down > 4];
      const words = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
      return one.clientWidth > 0 && (lostAcross || lostDown) && (words || spills(one, lostAcross, lostDown));
    }).map((one) => `cut: ${mark(one)}`);
  }

  // The lines of text as they stand, each with what is left of it within every box that cuts off.
  function lines() {
    const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange();
    while (walker.nextNode()) {
      const { data, parentElement: around } = walker.currentNode;
      if (!data.trim() || around.closest('script, style, svg, .ol-control') || !shown(around) || forEars(around)) continue;
      range.selectNodeContents(walker.currentNode);
      for (const whole of range.getClientRects()) {
        const left = { top: whole.top, bottom: whole.bottom, left: whole.left, right: whole.right };
        for (let up = around; up; up = up.parentElement) {
          if (getComputedStyle(up).overflowY === 'visible') continue;
          const box = up.getBoundingClientRect();
          left.top = Math.max(left.top, box.top); left.bottom = Math.min(left.bottom, box.bottom);
          left.left = Math.max(left.left, box.left); left.right = Math.min(left.right, box.right);
        }
        if (left.bottom - left.top > 2 && left.right - left.left > 2) found.push({ around, left, lost: whole.height - (left.bottom - left.top) });
      }
    }
    return found;
  }

  /** On a screen that nobody touches: a line over another, and a line of which a part is cut off below or above. */
  function overlaid() {
    const all = lines(), faults = all.filter(({ left, lost }) => lost > (left.bottom - left.top) / 4).map(({ around }) => `half a line: ${mark(around)}`);
    all.forEach(({ around, left: a }, place) => {
      const over = all.slice(place + 1).find(({ around: other, left: b }) => other !== around && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > Math.min(a.bottom - a.top, b.bottom - b.top) / 3);
      if (over) faults.push(`one over another: ${mark(around)}, ${mark(over.around)}`);
    });
    return faults;
  }

  const TABBABLE = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]';
  function stops() {
    const within = document.querySelector('dialog:modal') ?? document.body;
    return [...within.querySelectorAll(TABBABLE)].filter((one) => one.tabIndex >= 0 && !one.disabled && shown(one) && !one.closest('[inert]'));
  }

  const PRESSED = 'button, .button, summary, select, [role=tab], input:not([type=hidden], [type=checkbox], [type=radio], [type=range])';
  /** On a phone, what is pressed in the dark with cold fingers: 44 CSS pixels high and 24 wide at least. */
  function small() {
    return [...document.querySelectorAll(PRESSED)].filter((one) => shown(one) && !one.closest('.unseen, .skip')).filter((one) => {
      const { width, height } = one.getBoundingClientRect();
      return height > 1 && (height < 43.5 || width < 23.5);
    }).map((one) => `${Math.round(one.getBoundingClientRect().height)} px: ${mark(one)}`);
  }

  // Content that a person opened may stand over the page, where one key closes it again (WCAG 2.4.11, note 2).
  function covered(one, by) {
    const box = [...one.getClientRects()].find((each) => each.width && each.height) ?? one.getBoundingClientRect();
    const at = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.15], [0.5, 0.85]];
    return !at.some(([x, y]) => {
      const top = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
      return top && (one.contains(top) || top.contains(one) || top.closest('label')?.control === one || (by && top.closest(by)));
    });
  }

  /** Everything that takes the focus shows that it has it, and nothing stands over it. */
  function unseenFocus(open = '') {
    const before = document.activeElement, faults = [];
    before?.blur?.();
    for (const one of stops()) {
      one.focus({ focusVisible: true });
      if (document.activeElement !== one) { faults.push(`takes no focus: ${mark(one)}`); continue; }
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
      const ring = (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || boxShadow !== 'none';
      if (!ring) faults.push(`no focus ring: ${mark(one)}`);
      if (covered(one, open)) faults.push(`covered while focused: ${mark(one)}`);
    }
    before?.focus?.();
    return faults;
  }

  // What a keyboard really meets is noted as it happens: a question after each key would cost more than the key.
  // By its words too: what is drawn anew meanwhile is the same to who reads it.
  let met = new Set();
  addEventListener('focusin', ({ target }) => met.add(target).add(mark(target)), true);
  const FIELDS = { 'datetime-local': 7, date: 5, time: 4, month: 4, week: 4 }; // a date is several stops
  /** How many keys it takes at most. */
  function startWalk() {
    met = new Set();
    const top = document.querySelector('dialog:modal') ?? document.body, before = top.getAttribute('tabindex');
    top.tabIndex = -1; // where the next Tab begins: past the end, keys that are held are lost while the focus is out of the page
    top.focus();
    if (before === null) top.removeAttribute('tabindex');
    else top.setAttribute('tabindex', before);
    const scrolled = document.querySelectorAll('.scroll, .wide, pre, dialog').length; // what scrolls is a stop, too
    return stops().reduce((sum, one) => sum + (FIELDS[one.type] ?? 1), 8 + scrolled);
  }
  function walked() {
    const grouped = (one) => one.type === 'radio' && [...met].some((other) => other.name === one.name);
    return stops().filter((one) => !met.has(one) && !met.has(mark(one)) && !grouped(one)).map((one) => `no key comes to: ${mark(one)}`);
  }

  const clear = (colour) => /^rgba\(.*, 0\)$/.test(colour);
  const LINES = ['Top', 'Right', 'Bottom', 'Left'];
  const bordered = (style) => LINES.some((side) => style[`border${side}Style`] !== 'none' && parseFloat(style[`border${side}Width`]) > 0)
    || style.outlineStyle !== 'none';
  const looks = (one) => {
    const style = getComputedStyle(one);
    const sides = LINES.map((side) => `${style[`border${side}Style`]} ${style[`border${side}Width`]}`);
    const texts = ['::before', '::after'].map((part) => getComputedStyle(one, part).content);
    // No ground, and the ground that every page is forced to, are the same to the eye.
    const ground = clear(style.backgroundColor) ? getComputedStyle(document.body).backgroundColor : style.backgroundColor;
    return [...sides, style.outlineStyle, style.outlineWidth, style.fontWeight, style.textDecorationLine, ground, ...texts].join(';');
  };
  const STATES = ['aria-selected', 'aria-pressed', 'aria-current'];

  /** With the reader's own few colours: controls keep an edge, what is chosen another look, signs of colour their shape. */
  function forced() {
    const faults = [];
    for (const one of document.querySelectorAll('button, input:not([type=checkbox], [type=radio], [type=range], [type=hidden], [type=file]), select, textarea')) {
      if (shown(one) && !forEars(one) && !bordered(getComputedStyle(one)) && getComputedStyle(one).textDecorationLine === 'none') faults.push(`no edge: ${mark(one)}`);
    }
    for (const state of STATES) {
      for (const one of document.querySelectorAll(`[${state}]:not([${state}=false])`)) {
        const peers = [...(one.parentElement.closest('[role=tablist], nav, ul, ol, [role=group], fieldset') ?? one.parentElement).querySelectorAll(one.tagName)];
        const other = peers.find((peer) => !peer.hasAttribute(state) || peer.getAttribute(state) === 'false');
        if (shown(one) && other && shown(other) && looks(one) === looks(other)) faults.push(`${state} looks like the others: ${mark(one)}`);
      }
    }
    for (const one of everything()) {
      if (one.dataset.inked && !one.childElementCount && !one.textContent.trim() && !bordered(getComputedStyle(one))
        && getComputedStyle(one).forcedColorAdjust !== 'none') faults.push(`its colour was all it said: ${mark(one)}`);
    }
    return faults;
  }
  /** Before colours are forced: small boxes whose ground is the whole of what they say. */
  function ink() {
    for (const one of everything()) {
      const { backgroundColor, backgroundImage, appearance } = getComputedStyle(one);
      const box = one.getBoundingClientRect();
      const empty = !one.childElementCount && !one.textContent.trim() && !one.matches('input, select, textarea, button, canvas, img, progress, meter, svg *');
      const inked = !clear(backgroundColor) || backgroundImage !== 'none';
      if (empty && inked && appearance !== 'auto' && box.width > 2 && box.height > 2) one.dataset.inked = 'true';
    }
  }

  /** The width in CSS pixels of what the page's own style says is its sheet; a portrait A4 where it says nothing. */
  function sheet() {
    const sizes = { A4: [210, 297], A3: [297, 420] };
    let [width, margin] = [210, 10];
    const look = (rules) => {
      for (const rule of rules) {
        if (rule instanceof CSSPageRule) {
          const [size, way] = (rule.style.getPropertyValue('size') || 'A4 portrait').toUpperCase().split(' ');
          const [short, long] = sizes[size] ?? sizes.A4;
          width = way === 'LANDSCAPE' ? long : short;
          margin = parseFloat(rule.style.getPropertyValue('margin-left')) || margin;
        } else if (rule instanceof CSSMediaRule && matchMedia(rule.media.mediaText).matches) look(rule.cssRules);
      }
    };
    for (const one of document.styleSheets) if (!one.media.length || matchMedia(one.media.mediaText).matches) look(one.cssRules);
    return Math.floor((width - 2 * margin) * 96 / 25.4);
  }

  /** On paper nothing scrolls, nothing hangs over every sheet, and a drill is a drill. */
  function paper() {
    const faults = [...wide(), ...cut(true)];
    for (const one of everything()) {
      if (getComputedStyle(one).position === 'fixed' && !one.matches('.paper-mark')) faults.push(`hangs over every sheet: ${mark(one)}`);
    }
    const drill = document.querySelector('.drill');
    if (drill && !shown(drill)) faults.push('the mark of a drill is not on paper');
    return faults;
  }

  // Japanese texts, with the language of the element around them.
  function unmarked() {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
    while (walker.nextNode()) {
      const { data, parentElement: around } = walker.currentNode;
      const japanese = /[\u3040-\u30fa\u30fc-\u30ff\u4e00-\u9fff]/.test(data) && !around.closest('script, style');
      if (japanese && !around.closest('[lang]').lang.startsWith('ja')) found.push(data.trim());
    }
    return found;
  }

  const textSize = (times) => { document.documentElement.style.fontSize = times === 1 ? '' : `${times * 100}%`; };
  return { wide, cut, overlaid, small, unseenFocus, startWalk, walked, forced, ink, sheet, paper, unmarked, textSize };
})();
