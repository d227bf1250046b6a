// Generated from the schema of the connector body by scripts/generate-reference.ts. Do not edit.
function all(list, accepts) {
  for (let index = 0; index < list.length; index += 1) if (!accepts(list[index])) return false;
  return true;
}
const PATTERN1 = new RegExp("^[^\\p{Cc}\\p{Cs}]*$", 'u');
const PATTERN2 = new RegExp("^(?:[^\\p{Cc}\\p{Cs}]|[\\t\\n\\r])*$", 'u');
const PATTERN3 = new RegExp("^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$", 'u');
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
function object5(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      default:
        if (!(false)) return false;
    }
  }
  return true;
}
function object6(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      case "username":
        if (!(typeof member === 'string' && member.length >= 1 && member.length <= 512)) return false;
        break;
      case "password":
        if (!(typeof member === 'string' && member.length >= 1 && member.length <= 512)) return false;
        break;
      default:
        if (!(false)) return false;
    }
  }
  return value["username"] !== undefined && value["password"] !== undefined;
}
function object7(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      case "minPoolSize":
        if (!(Number.isInteger(member) && member >= 0 && member <= 9007199254740991)) return false;
        break;
      case "maxPoolSize":
        if (!(Number.isInteger(member) && member >= 1 && member <= 9007199254740991)) return false;
        break;
      case "connectionTimeoutSeconds":
        if (!(Number.isInteger(member) && member >= 1 && member <= 300)) return false;
        break;
      default:
        if (!(false)) return false;
    }
  }
  return value["minPoolSize"] !== undefined && value["maxPoolSize"] !== undefined && value["connectionTimeoutSeconds"] !== undefined;
}
function object8(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      case "enableParameterizedQueries":
        if (!(typeof member === 'boolean')) return false;
        break;
      case "sslMode":
        if (!(typeof member === 'boolean')) return false;
        break;
      case "sslVerification":
        if (!(["full","ca","none"].includes(member))) return false;
        break;
      case "caCertificate":
        if (!(typeof member === 'string' && member.length <= 65536)) return false;
        break;
      default:
        if (!(false)) return false;
    }
  }
  return value["enableParameterizedQueries"] !== undefined && value["sslMode"] !== undefined;
}
function object9(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      case "connectionString":
        if (!(typeof member === 'string' && member.length >= 1 && member.length <= 2048)) return false;
        break;
      case "credentials":
        if (!(object5(member))) return false;
        break;
      case "credentialMasking":
        if (!(object6(member))) return false;
        break;
      case "poolSettings":
        if (!(object7(member))) return false;
        break;
      case "securitySettings":
        if (!(object8(member))) return false;
        break;
      default:
        if (!(false)) return false;
    }
  }
  return value["connectionString"] !== undefined && value["credentialMasking"] !== undefined && value["poolSettings"] !== undefined && value["securitySettings"] !== undefined;
}
function object10(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      case "enabled":
        if (!(typeof member === 'boolean')) return false;
        break;
      case "query":
        if (!(typeof member === 'string' && member.length >= 1 && member.length <= 1000 && PATTERN2.test(member))) return false;
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
  return value["enabled"] !== undefined && value["intervalSeconds"] !== undefined && value["timeoutSeconds"] !== undefined;
}
function object11(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      case "eventType":
        if (!(["CONFIG_UPDATED","CONNECTOR_DELETED","HEALTH_CHANGED","SECRET_ROTATED","ACTION_PUBLISHED"].includes(member))) return false;
        break;
      case "webhookUrl":
        if (!(typeof member === 'string' && member.length <= 2048)) return false;
        break;
      default:
        if (!(false)) return false;
    }
  }
  return value["eventType"] !== undefined && value["webhookUrl"] !== undefined;
}
function object12(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      case "connectorId":
        if (!(typeof member === 'string')) return false;
        break;
      case "connectorName":
        if (!(typeof member === 'string' && member.length >= 1 && member.length <= 200 && PATTERN1.test(member))) return false;
        break;
      case "connectorType":
        if (!(["DATABASE_POSTGRESQL","DATABASE_ORACLE","DATABASE_SQLSERVER","DATABASE_MYSQL"].includes(member))) return false;
        break;
      case "description":
        if (!(typeof member === 'string' && member.length <= 1000 && PATTERN2.test(member))) return false;
        break;
      case "labels":
        if (!(object4(member))) return false;
        break;
      case "configuration":
        if (!(object9(member))) return false;
        break;
      case "healthCheck":
        if (!(object10(member))) return false;
        break;
      case "eventSubscriptions":
        if (!(Array.isArray(member) && member.length <= 16 && all(member, (item) => object11(item)))) return false;
        break;
      default:
        if (!(false)) return false;
    }
  }
  return value["connectorId"] !== undefined && value["connectorName"] !== undefined && value["connectorType"] !== undefined && value["configuration"] !== undefined;
}
export function accepts(value) {
  return object12(value);
}
