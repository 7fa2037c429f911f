/* Elements, and how the page becomes like them without losing focus.  Text is only set as text. */
export const h = (name, ...kids) => {
  const [tag, ...classes] = name.split('.'), e = document.createElement(tag);
  if (classes[0]) e.className = classes.join(' ');
  if (kids[0]?.constructor === Object)
    for (const [key, value] of Object.entries(kids.shift())) if (value !== false) e.setAttribute(key, value);
  e.append(...kids.flat(9).filter(kid => kid || kid === 0));
  return e;
};

const patch = (old, fresh) => {
  if (old.data !== fresh.data) old.data = fresh.data;
  for (const { name } of [...old.attributes ?? []]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes ?? []) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  become(old, [...fresh.childNodes]);
};

/* An element with an id is found wherever it stands among its siblings. */
const become = (old, kids) => {
  let at = old.firstChild;
  for (const kid of kids) {
    const same = kid.id ? [...old.children].find(e => e.id === kid.id) : at;
    if (same?.nodeName !== kid.nodeName || same.id !== kid.id) old.insertBefore(kid, at);
    else {
      if (same === at) at = at.nextSibling;
      else old.insertBefore(same, at);
      patch(same, kid);
    }
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
};

export const show = (root, ...kids) => become(root, [...h('p', kids).childNodes]);
