// Generated from the schema of the data action body by scripts/generate-reference.ts. Do not edit.
function all(list, accepts) {
  for (let index = 0; index < list.length; index += 1) if (!accepts(list[index])) return false;
  return true;
}
const PATTERN1 = new RegExp("^[^\\p{Cc}\\p{Cs}]*$", 'u');
const PATTERN2 = new RegExp("^(?:[^\\p{Cc}\\p{Cs}]|[\\t\\n\\r])*$", 'u');
const PATTERN3 = new RegExp("^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$", 'u');
const PATTERN5 = new RegExp("^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]{0,127}$", 'u');
function object4(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      default:
        if (!(typeof name === 'string' && PATTERN3.test(name) && typeof member === 'string' && member.length <= 255 && PATTERN1.test(member))) return false;
    }
  }
  return true;
}
function object6(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {

    }
  }
  return true;
}
function object7(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      default:
        if (!(typeof name === 'string' && PATTERN5.test(name) && object6(member))) return false;
    }
  }
  return true;
}
function object8(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      case "type":
        if (!(member === "object")) return false;
        break;
      case "required":
        if (!(Array.isArray(member) && member.length <= 200 && all(member, (item) => typeof item === 'string' && item.length >= 1 && item.length <= 128))) return false;
        break;
      case "properties":
        if (!(object7(member))) return false;
        break;
    }
  }
  return value["type"] !== undefined;
}
function object9(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {

    }
  }
  return true;
}
function object10(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      default:
        if (!(typeof name === 'string' && PATTERN5.test(name) && object9(member))) return false;
    }
  }
  return true;
}
function object11(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      case "type":
        if (!(member === "object")) return false;
        break;
      case "required":
        if (!(Array.isArray(member) && member.length <= 200 && all(member, (item) => typeof item === 'string' && item.length >= 1 && item.length <= 128))) return false;
        break;
      case "properties":
        if (!(object10(member))) return false;
        break;
    }
  }
  return value["type"] !== undefined;
}
function object12(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      case "deadlineMs":
        if (!(Number.isInteger(member) && member >= 50 && member <= 90000)) return false;
        break;
      case "maxRows":
        if (!(Number.isInteger(member) && member >= 1 && member <= 1000)) return false;
        break;
      case "maxBytes":
        if (!(Number.isInteger(member) && member >= 256 && member <= 32768)) return false;
        break;
      case "maxConcurrency":
        if (!(Number.isInteger(member) && member >= 1 && member <= 1000)) return false;
        break;
      case "ratePerSecond":
        if (!(Number.isFinite(member) && member <= 100000 && member > 0)) return false;
        break;
      default:
        if (!(false)) return false;
    }
  }
  return true;
}
function object13(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      case "ttlSeconds":
        if (!(Number.isInteger(member) && member >= 0 && member <= 86400)) return false;
        break;
      case "staleIfErrorSeconds":
        if (!(Number.isInteger(member) && member >= 0 && member <= 86400)) return false;
        break;
      case "coalesce":
        if (!(typeof member === 'boolean')) return false;
        break;
      default:
        if (!(false)) return false;
    }
  }
  return true;
}
function object15(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      default:
        if (!(typeof name === 'string' && defined14(member))) return false;
    }
  }
  return true;
}
function defined14(value) {
  return (typeof value === 'string' || Number.isFinite(value) || typeof value === 'boolean' || value === null || Array.isArray(value) && all(value, (item) => defined14(item)) || object15(value));
}
function object16(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      default:
        if (!(typeof name === 'string' && PATTERN5.test(name) && defined14(member))) return false;
    }
  }
  return true;
}
function object17(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      case "actionId":
        if (!(typeof member === 'string')) return false;
        break;
      case "connectorId":
        if (!(typeof member === 'string')) return false;
        break;
      case "name":
        if (!(typeof member === 'string' && member.length >= 1 && member.length <= 200 && PATTERN1.test(member))) return false;
        break;
      case "description":
        if (!(typeof member === 'string' && member.length <= 1000 && PATTERN2.test(member))) return false;
        break;
      case "labels":
        if (!(object4(member))) return false;
        break;
      case "statement":
        if (!(typeof member === 'string' && member.length >= 1 && member.length <= 65536 && PATTERN2.test(member))) return false;
        break;
      case "access":
        if (!(["read","write"].includes(member))) return false;
        break;
      case "input":
        if (!(object8(member))) return false;
        break;
      case "output":
        if (!(object11(member))) return false;
        break;
      case "limits":
        if (!(object12(member))) return false;
        break;
      case "cache":
        if (!(object13(member))) return false;
        break;
      case "fallback":
        if (!(object16(member))) return false;
        break;
      default:
        if (!(false)) return false;
    }
  }
  return value["actionId"] !== undefined && value["connectorId"] !== undefined && value["statement"] !== undefined;
}
export function accepts(value) {
  return object17(value);
}
