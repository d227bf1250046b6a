// Generated from the schema of the project file by scripts/generate-reference.ts. Do not edit.
function all(list, accepts) {
  for (let index = 0; index < list.length; index += 1) if (!accepts(list[index])) return false;
  return true;
}
const PATTERN1 = new RegExp("^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$", 'u');
const PATTERN3 = new RegExp("^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$", 'u');
const PATTERN4 = new RegExp("^[^\\p{Cc}\\p{Cs}]*$", 'u');
const PATTERN21 = new RegExp("^(?:[^\\p{Cc}\\p{Cs}]|[\\t\\n\\r])*$", 'u');
const PATTERN28 = new RegExp("^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$", 'u');
const PATTERN41 = new RegExp("^[A-Za-z0-9_$-]{1,128}$", 'u');
const PATTERN54 = new RegExp("^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]{0,127}$", 'u');
function object5(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      default:
        if (!(typeof name === 'string' && PATTERN3.test(name) && typeof member === 'string' && member.length <= 255 && PATTERN4.test(member))) return false;
    }
  }
  return true;
}
function defined2(value) {
  return object5(value);
}
function defined6(value) {
  return Number.isInteger(value) && value >= 1 && value <= 65535;
}
function defined7(value) {
  return typeof value === 'string';
}
function object9(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      default:
        if (!(typeof name === 'string' && (typeof member === 'string' && member.length <= 255 || Number.isFinite(member) || typeof member === 'boolean'))) return false;
    }
  }
  return true;
}
function defined8(value) {
  return object9(value);
}
function defined10(value) {
  return typeof value === 'string';
}
function object11(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      case "username":
        if (!(defined10(member))) return false;
        break;
      case "password":
        if (!(defined10(member))) return false;
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
      case "min":
        if (!(Number.isInteger(member) && member >= 0 && member <= 9007199254740991)) return false;
        break;
      case "max":
        if (!(Number.isInteger(member) && member >= 1 && member <= 9007199254740991)) return false;
        break;
      case "connectionTimeoutSeconds":
        if (!(Number.isInteger(member) && member >= 1 && member <= 300)) return false;
        break;
      default:
        if (!(false)) return false;
    }
  }
  return true;
}
function defined12(value) {
  return object13(value);
}
function defined15(value) {
  return typeof value === 'boolean';
}
function defined16(value) {
  return ["full","ca","none"].includes(value);
}
function defined17(value) {
  return typeof value === 'string' && value.length >= 1;
}
function defined18(value) {
  return typeof value === 'string' && value.length <= 65536;
}
function object19(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      case "sslMode":
        if (!(defined15(member))) return false;
        break;
      case "sslVerification":
        if (!(defined16(member))) return false;
        break;
      case "caCertificateFile":
        if (!(defined17(member))) return false;
        break;
      case "caCertificate":
        if (!(defined18(member))) return false;
        break;
      default:
        if (!(false)) return false;
    }
  }
  return true;
}
function defined14(value) {
  return object19(value);
}
function object22(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      case "enabled":
        if (!(typeof member === 'boolean')) return false;
        break;
      case "query":
        if (!(typeof member === 'string' && member.length >= 1 && member.length <= 1000 && PATTERN21.test(member))) return false;
        break;
      case "intervalSeconds":
        if (!(Number.isInteger(member) && member >= 1 && member <= 86400)) return false;
        break;
      case "timeoutSeconds":
        if (!(Number.isInteger(member) && member >= 1 && member <= 300)) return false;
        break;
      default:
        if (!(false)) return false;
    }
  }
  return true;
}
function defined20(value) {
  return object22(value);
}
function object25(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      case "type":
        if (!(["CONFIG_UPDATED","CONNECTOR_DELETED","HEALTH_CHANGED","SECRET_ROTATED","ACTION_PUBLISHED"].includes(member))) return false;
        break;
      case "webhookUrl":
        if (!(typeof member === 'string' && member.length <= 2048)) return false;
        break;
      default:
        if (!(false)) return false;
    }
  }
  return value["type"] !== undefined && value["webhookUrl"] !== undefined;
}
function defined24(value) {
  return object25(value);
}
function defined23(value) {
  return Array.isArray(value) && value.length <= 16 && all(value, (item) => defined24(item));
}
function object26(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      case "labels":
        if (!(defined2(member))) return false;
        break;
      case "type":
        if (!(["postgresql","oracle","sqlserver","mysql"].includes(member))) return false;
        break;
      case "port":
        if (!(defined6(member))) return false;
        break;
      case "driverVersion":
        if (!(defined7(member))) return false;
        break;
      case "properties":
        if (!(defined8(member))) return false;
        break;
      case "credentials":
        if (!(object11(member))) return false;
        break;
      case "pool":
        if (!(defined12(member))) return false;
        break;
      case "security":
        if (!(defined14(member))) return false;
        break;
      case "health":
        if (!(defined20(member))) return false;
        break;
      case "events":
        if (!(defined23(member))) return false;
        break;
      default:
        if (!(false)) return false;
    }
  }
  return true;
}
function defined27(value) {
  return typeof value === 'string' && PATTERN28.test(value);
}
function defined29(value) {
  return typeof value === 'string' && value.length >= 1 && value.length <= 200 && PATTERN4.test(value);
}
function defined30(value) {
  return typeof value === 'string' && value.length <= 1000 && PATTERN21.test(value);
}
function defined31(value) {
  return defined2(value);
}
function defined32(value) {
  return ["postgresql","oracle","sqlserver","mysql"].includes(value);
}
function defined34(value) {
  return typeof value === 'string';
}
function defined33(value) {
  return defined34(value);
}
function defined35(value) {
  return defined6(value);
}
function object38(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      case "host":
        if (!(defined34(member))) return false;
        break;
      case "port":
        if (!(defined6(member))) return false;
        break;
      default:
        if (!(false)) return false;
    }
  }
  return value["host"] !== undefined;
}
function defined37(value) {
  return object38(value);
}
function defined36(value) {
  return Array.isArray(value) && value.length >= 1 && value.length <= 16 && all(value, (item) => defined37(item));
}
function defined40(value) {
  return typeof value === 'string' && PATTERN41.test(value);
}
function defined39(value) {
  return defined40(value);
}
function defined42(value) {
  return defined40(value);
}
function defined43(value) {
  return defined8(value);
}
function object45(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      case "username":
        if (!(defined10(member))) return false;
        break;
      case "password":
        if (!(defined10(member))) return false;
        break;
      default:
        if (!(false)) return false;
    }
  }
  return value["username"] !== undefined && value["password"] !== undefined;
}
function defined44(value) {
  return object45(value);
}
function defined46(value) {
  return defined12(value);
}
function defined47(value) {
  return defined14(value);
}
function defined48(value) {
  return defined20(value);
}
function defined49(value) {
  return defined23(value);
}
function object50(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      case "id":
        if (!(defined27(member))) return false;
        break;
      case "name":
        if (!(defined29(member))) return false;
        break;
      case "description":
        if (!(defined30(member))) return false;
        break;
      case "labels":
        if (!(defined31(member))) return false;
        break;
      case "type":
        if (!(defined32(member))) return false;
        break;
      case "host":
        if (!(defined33(member))) return false;
        break;
      case "port":
        if (!(defined35(member))) return false;
        break;
      case "hosts":
        if (!(defined36(member))) return false;
        break;
      case "database":
        if (!(defined39(member))) return false;
        break;
      case "sid":
        if (!(defined42(member))) return false;
        break;
      case "driverVersion":
        if (!(defined7(member))) return false;
        break;
      case "properties":
        if (!(defined43(member))) return false;
        break;
      case "credentials":
        if (!(defined44(member))) return false;
        break;
      case "pool":
        if (!(defined46(member))) return false;
        break;
      case "security":
        if (!(defined47(member))) return false;
        break;
      case "health":
        if (!(defined48(member))) return false;
        break;
      case "events":
        if (!(defined49(member))) return false;
        break;
      default:
        if (!(false)) return false;
    }
  }
  return value["id"] !== undefined && value["type"] !== undefined && value["driverVersion"] !== undefined && value["credentials"] !== undefined;
}
function object51(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      default:
        if (!(typeof name === 'string' && PATTERN3.test(name) && typeof member === 'string' && member.length <= 255 && PATTERN4.test(member))) return false;
    }
  }
  return true;
}
function defined53(value) {
  return typeof value === 'string' && value.length >= 1 && value.length <= 128;
}
function object55(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {

    }
  }
  return true;
}
function object56(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      default:
        if (!(typeof name === 'string' && PATTERN54.test(name) && object55(member))) return false;
    }
  }
  return true;
}
function object57(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      case "type":
        if (!(member === "object")) return false;
        break;
      case "required":
        if (!(Array.isArray(member) && member.length <= 200 && all(member, (item) => defined53(item)))) return false;
        break;
      case "properties":
        if (!(object56(member))) return false;
        break;
    }
  }
  return value["type"] !== undefined;
}
function defined52(value) {
  return object57(value);
}
function object58(value) {
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
function object59(value) {
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
function object61(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      default:
        if (!(typeof name === 'string' && defined60(member))) return false;
    }
  }
  return true;
}
function defined60(value) {
  return (typeof value === 'string' || Number.isFinite(value) || typeof value === 'boolean' || value === null || Array.isArray(value) && all(value, (item) => defined60(item)) || object61(value));
}
function object62(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      default:
        if (!(typeof name === 'string' && PATTERN54.test(name) && defined60(member))) return false;
    }
  }
  return true;
}
function object63(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      case "id":
        if (!(typeof member === 'string' && PATTERN28.test(member))) return false;
        break;
      case "connector":
        if (!(typeof member === 'string' && PATTERN28.test(member))) return false;
        break;
      case "name":
        if (!(typeof member === 'string' && member.length >= 1 && member.length <= 200 && PATTERN4.test(member))) return false;
        break;
      case "description":
        if (!(typeof member === 'string' && member.length <= 1000 && PATTERN21.test(member))) return false;
        break;
      case "labels":
        if (!(object51(member))) return false;
        break;
      case "statement":
        if (!(typeof member === 'string' && member.length >= 1 && member.length <= 65536 && PATTERN21.test(member))) return false;
        break;
      case "access":
        if (!(["read","write"].includes(member))) return false;
        break;
      case "input":
        if (!(defined52(member))) return false;
        break;
      case "output":
        if (!(defined52(member))) return false;
        break;
      case "limits":
        if (!(object58(member))) return false;
        break;
      case "cache":
        if (!(object59(member))) return false;
        break;
      case "fallback":
        if (!(object62(member))) return false;
        break;
      default:
        if (!(false)) return false;
    }
  }
  return value["id"] !== undefined && value["connector"] !== undefined && value["statement"] !== undefined;
}
function object64(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      case "project":
        if (!(typeof member === 'string' && PATTERN1.test(member))) return false;
        break;
      case "defaults":
        if (!(object26(member))) return false;
        break;
      case "connectors":
        if (!(Array.isArray(member) && all(member, (item) => object50(item)))) return false;
        break;
      case "dataActions":
        if (!(Array.isArray(member) && all(member, (item) => object63(item)))) return false;
        break;
      default:
        if (!(false)) return false;
    }
  }
  return true;
}
export function accepts(value) {
  return object64(value);
}
