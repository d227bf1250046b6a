// Generated from the schema of the project file by scripts/generate-reference.ts. Do not edit.
"use strict";
export const validate = validate21;
export default validate21;
const schema6 = {"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{"project":{"type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"},"defaults":{"type":"object","properties":{"labels":{"allOf":[{"$ref":"#/definitions/__schema0"}]},"type":{"type":"string","enum":["postgresql","oracle","sqlserver","mysql"]},"port":{"allOf":[{"$ref":"#/definitions/__schema1"}]},"driverVersion":{"allOf":[{"$ref":"#/definitions/__schema2"}]},"properties":{"allOf":[{"$ref":"#/definitions/__schema3"}]},"credentials":{"type":"object","properties":{"username":{"allOf":[{"$ref":"#/definitions/__schema4"}]},"password":{"allOf":[{"$ref":"#/definitions/__schema4"}]}},"additionalProperties":false},"pool":{"allOf":[{"$ref":"#/definitions/__schema5"}]},"security":{"allOf":[{"$ref":"#/definitions/__schema6"}]},"health":{"allOf":[{"$ref":"#/definitions/__schema11"}]},"events":{"allOf":[{"$ref":"#/definitions/__schema12"}]}},"additionalProperties":false},"connectors":{"type":"array","items":{"type":"object","properties":{"id":{"$ref":"#/definitions/__schema14"},"name":{"$ref":"#/definitions/__schema15"},"description":{"$ref":"#/definitions/__schema16"},"labels":{"$ref":"#/definitions/__schema17"},"type":{"$ref":"#/definitions/__schema18"},"host":{"$ref":"#/definitions/__schema19"},"port":{"$ref":"#/definitions/__schema21"},"hosts":{"$ref":"#/definitions/__schema22"},"database":{"$ref":"#/definitions/__schema24"},"sid":{"$ref":"#/definitions/__schema26"},"driverVersion":{"$ref":"#/definitions/__schema2"},"properties":{"$ref":"#/definitions/__schema27"},"credentials":{"$ref":"#/definitions/__schema28"},"pool":{"$ref":"#/definitions/__schema29"},"security":{"$ref":"#/definitions/__schema30"},"health":{"$ref":"#/definitions/__schema31"},"events":{"$ref":"#/definitions/__schema32"}},"required":["id","type","driverVersion","credentials"],"additionalProperties":false}},"dataActions":{"type":"array","items":{"type":"object","properties":{"id":{"type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"},"connector":{"type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"},"name":{"type":"string","minLength":1,"maxLength":200},"description":{"type":"string","maxLength":1000},"statement":{"type":"string","minLength":1,"maxLength":65536},"access":{"type":"string","enum":["read","write"]},"input":{"allOf":[{"$ref":"#/definitions/__schema33"}]},"output":{"allOf":[{"$ref":"#/definitions/__schema33"}]},"limits":{"type":"object","properties":{"deadlineMs":{"type":"integer","minimum":50,"maximum":90000},"maxRows":{"type":"integer","minimum":1,"maximum":1000},"maxBytes":{"type":"integer","minimum":256,"maximum":32768},"maxConcurrency":{"type":"integer","minimum":1,"maximum":1000},"ratePerSecond":{"type":"number","exclusiveMinimum":0,"maximum":100000}},"additionalProperties":false},"cache":{"type":"object","properties":{"ttlSeconds":{"type":"integer","minimum":0,"maximum":86400},"staleIfErrorSeconds":{"type":"integer","minimum":0,"maximum":86400}},"additionalProperties":false},"fallback":{"type":"object","propertyNames":{"type":"string","pattern":"^[A-Za-z_][A-Za-z0-9_]{0,127}$"},"additionalProperties":{"$ref":"#/definitions/__schema35"}}},"required":["id","connector","statement"],"additionalProperties":false}}},"additionalProperties":false,"definitions":{"__schema0":{"type":"object","propertyNames":{"type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$"},"additionalProperties":{"type":"string","maxLength":255,"pattern":"^[^\\p{Cc}\\p{Cs}]*$"}},"__schema1":{"type":"integer","minimum":1,"maximum":65535},"__schema2":{"type":"string"},"__schema3":{"type":"object","propertyNames":{"type":"string"},"additionalProperties":{"anyOf":[{"type":"string","maxLength":255},{"type":"number"},{"type":"boolean"}]}},"__schema4":{"type":"string"},"__schema5":{"type":"object","properties":{"min":{"type":"integer","minimum":0,"maximum":9007199254740991},"max":{"type":"integer","minimum":1,"maximum":9007199254740991},"connectionTimeoutSeconds":{"type":"integer","minimum":1,"maximum":300}},"additionalProperties":false},"__schema6":{"type":"object","properties":{"sslMode":{"$ref":"#/definitions/__schema7"},"sslVerification":{"$ref":"#/definitions/__schema8"},"caCertificateFile":{"$ref":"#/definitions/__schema9"},"caCertificate":{"$ref":"#/definitions/__schema10"}},"additionalProperties":false},"__schema7":{"type":"boolean"},"__schema8":{"type":"string","enum":["full","ca","none"]},"__schema9":{"type":"string","minLength":1},"__schema10":{"type":"string","maxLength":65536},"__schema11":{"type":"object","properties":{"enabled":{"type":"boolean"},"query":{"type":"string","minLength":1,"maxLength":1000,"pattern":"^(?:[^\\p{Cc}\\p{Cs}]|[\\t\\n\\r])*$"},"intervalSeconds":{"type":"integer","minimum":1,"maximum":86400},"timeoutSeconds":{"type":"integer","minimum":1,"maximum":300}},"additionalProperties":false},"__schema12":{"maxItems":16,"type":"array","items":{"$ref":"#/definitions/__schema13"}},"__schema13":{"type":"object","properties":{"type":{"type":"string","enum":["CONFIG_UPDATED","CONNECTOR_DELETED","HEALTH_CHANGED","SECRET_ROTATED","ACTION_PUBLISHED"]},"webhookUrl":{"type":"string","maxLength":2048}},"required":["type","webhookUrl"],"additionalProperties":false},"__schema14":{"type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"},"__schema15":{"type":"string","minLength":1,"maxLength":200,"pattern":"^[^\\p{Cc}\\p{Cs}]*$"},"__schema16":{"type":"string","maxLength":1000,"pattern":"^(?:[^\\p{Cc}\\p{Cs}]|[\\t\\n\\r])*$"},"__schema17":{"allOf":[{"$ref":"#/definitions/__schema0"}]},"__schema18":{"type":"string","enum":["postgresql","oracle","sqlserver","mysql"]},"__schema19":{"allOf":[{"$ref":"#/definitions/__schema20"}]},"__schema20":{"type":"string"},"__schema21":{"allOf":[{"$ref":"#/definitions/__schema1"}]},"__schema22":{"minItems":1,"maxItems":16,"type":"array","items":{"$ref":"#/definitions/__schema23"}},"__schema23":{"type":"object","properties":{"host":{"$ref":"#/definitions/__schema20"},"port":{"allOf":[{"$ref":"#/definitions/__schema1"}]}},"required":["host"],"additionalProperties":false},"__schema24":{"allOf":[{"$ref":"#/definitions/__schema25"}]},"__schema25":{"type":"string","pattern":"^[A-Za-z0-9_$-]{1,128}$"},"__schema26":{"allOf":[{"$ref":"#/definitions/__schema25"}]},"__schema27":{"allOf":[{"$ref":"#/definitions/__schema3"}]},"__schema28":{"type":"object","properties":{"username":{"$ref":"#/definitions/__schema4"},"password":{"$ref":"#/definitions/__schema4"}},"required":["username","password"],"additionalProperties":false},"__schema29":{"allOf":[{"$ref":"#/definitions/__schema5"}]},"__schema30":{"allOf":[{"$ref":"#/definitions/__schema6"}]},"__schema31":{"allOf":[{"$ref":"#/definitions/__schema11"}]},"__schema32":{"allOf":[{"$ref":"#/definitions/__schema12"}]},"__schema33":{"type":"object","properties":{"type":{"type":"string","const":"object"},"required":{"maxItems":200,"type":"array","items":{"$ref":"#/definitions/__schema34"}},"properties":{"type":"object","propertyNames":{"type":"string","pattern":"^[A-Za-z_][A-Za-z0-9_]{0,127}$"},"additionalProperties":{"type":"object","properties":{},"additionalProperties":{}}}},"required":["type"],"additionalProperties":{}},"__schema34":{"type":"string","minLength":1,"maxLength":128},"__schema35":{"anyOf":[{"type":"string"},{"type":"number"},{"type":"boolean"},{"type":"null"},{"type":"array","items":{"$ref":"#/definitions/__schema35"}},{"type":"object","propertyNames":{"type":"string"},"additionalProperties":{"$ref":"#/definitions/__schema35"}}]}}};
const pattern0 = new RegExp("^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$", "u");
const pattern4 = new RegExp("^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$", "u");
const pattern10 = new RegExp("^[A-Za-z_][A-Za-z0-9_]{0,127}$", "u");
const func2 = Object.prototype.hasOwnProperty;
const schema7 = {"type":"object","propertyNames":{"type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$"},"additionalProperties":{"type":"string","maxLength":255,"pattern":"^[^\\p{Cc}\\p{Cs}]*$"}};
const pattern1 = new RegExp("^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$", "u");
const pattern2 = new RegExp("^[^\\p{Cc}\\p{Cs}]*$", "u");

function validate22(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
const _errs1 = errors;
if(errors === _errs1){
if(typeof key0 === "string"){
if(!pattern1.test(key0)){
const err0 = {instancePath,schemaPath:"#/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$"},message:"must match pattern \""+"^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$"+"\"",propertyName:key0};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
else {
const err1 = {instancePath,schemaPath:"#/propertyNames/type",keyword:"type",params:{type: "string"},message:"must be string",propertyName:key0};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
var valid0 = _errs1 === errors;
if(!valid0){
const err2 = {instancePath,schemaPath:"#/propertyNames",keyword:"propertyNames",params:{propertyName: key0},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
validate22.errors = vErrors;
return false;
break;
}
}
if(valid0){
for(const key1 in data){
let data0 = data[key1];
const _errs4 = errors;
if(errors === _errs4){
if(typeof data0 === "string"){
if(data0.length > 255){
validate22.errors = [{instancePath:instancePath+"/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 255},message:"must NOT have more than 255 characters"}];
return false;
}
else {
if(!pattern2.test(data0)){
validate22.errors = [{instancePath:instancePath+"/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/additionalProperties/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cs}]*$"},message:"must match pattern \""+"^[^\\p{Cc}\\p{Cs}]*$"+"\""}];
return false;
}
}
}
else {
validate22.errors = [{instancePath:instancePath+"/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid1 = _errs4 === errors;
if(!valid1){
break;
}
}
}
}
else {
validate22.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate22.errors = vErrors;
return errors === 0;
}

const schema8 = {"type":"integer","minimum":1,"maximum":65535};

function validate24(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(!(((typeof data == "number") && (!(data % 1) && !isNaN(data))) && (isFinite(data)))){
validate24.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === 0){
if((typeof data == "number") && (isFinite(data))){
if(data > 65535 || isNaN(data)){
validate24.errors = [{instancePath,schemaPath:"#/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"}];
return false;
}
else {
if(data < 1 || isNaN(data)){
validate24.errors = [{instancePath,schemaPath:"#/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"}];
return false;
}
}
}
}
validate24.errors = vErrors;
return errors === 0;
}

const schema9 = {"type":"string"};

function validate26(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(typeof data !== "string"){
validate26.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
validate26.errors = vErrors;
return errors === 0;
}

const schema10 = {"type":"object","propertyNames":{"type":"string"},"additionalProperties":{"anyOf":[{"type":"string","maxLength":255},{"type":"number"},{"type":"boolean"}]}};

function validate28(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
const _errs1 = errors;
if(typeof key0 !== "string"){
const err0 = {instancePath,schemaPath:"#/propertyNames/type",keyword:"type",params:{type: "string"},message:"must be string",propertyName:key0};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
var valid0 = _errs1 === errors;
if(!valid0){
const err1 = {instancePath,schemaPath:"#/propertyNames",keyword:"propertyNames",params:{propertyName: key0},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
validate28.errors = vErrors;
return false;
break;
}
}
if(valid0){
for(const key1 in data){
let data0 = data[key1];
const _errs4 = errors;
const _errs5 = errors;
let valid2 = false;
const _errs6 = errors;
if(errors === _errs6){
if(typeof data0 === "string"){
if(data0.length > 255){
const err2 = {instancePath:instancePath+"/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/additionalProperties/anyOf/0/maxLength",keyword:"maxLength",params:{limit: 255},message:"must NOT have more than 255 characters"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
else {
const err3 = {instancePath:instancePath+"/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/additionalProperties/anyOf/0/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
var _valid0 = _errs6 === errors;
valid2 = valid2 || _valid0;
if(!valid2){
const _errs8 = errors;
if(!((typeof data0 == "number") && (isFinite(data0)))){
const err4 = {instancePath:instancePath+"/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/additionalProperties/anyOf/1/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
var _valid0 = _errs8 === errors;
valid2 = valid2 || _valid0;
if(!valid2){
const _errs10 = errors;
if(typeof data0 !== "boolean"){
const err5 = {instancePath:instancePath+"/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/additionalProperties/anyOf/2/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
var _valid0 = _errs10 === errors;
valid2 = valid2 || _valid0;
}
}
if(!valid2){
const err6 = {instancePath:instancePath+"/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/additionalProperties/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
validate28.errors = vErrors;
return false;
}
else {
errors = _errs5;
if(vErrors !== null){
if(_errs5){
vErrors.length = _errs5;
}
else {
vErrors = null;
}
}
}
var valid1 = _errs4 === errors;
if(!valid1){
break;
}
}
}
}
else {
validate28.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate28.errors = vErrors;
return errors === 0;
}

const schema11 = {"type":"string"};

function validate30(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(typeof data !== "string"){
validate30.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
validate30.errors = vErrors;
return errors === 0;
}

const schema12 = {"type":"object","properties":{"min":{"type":"integer","minimum":0,"maximum":9007199254740991},"max":{"type":"integer","minimum":1,"maximum":9007199254740991},"connectionTimeoutSeconds":{"type":"integer","minimum":1,"maximum":300}},"additionalProperties":false};

function validate33(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
const _errs1 = errors;
for(const key0 in data){
if(!(((key0 === "min") || (key0 === "max")) || (key0 === "connectionTimeoutSeconds"))){
validate33.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.min !== undefined){
let data0 = data.min;
const _errs2 = errors;
if(!(((typeof data0 == "number") && (!(data0 % 1) && !isNaN(data0))) && (isFinite(data0)))){
validate33.errors = [{instancePath:instancePath+"/min",schemaPath:"#/properties/min/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs2){
if((typeof data0 == "number") && (isFinite(data0))){
if(data0 > 9007199254740991 || isNaN(data0)){
validate33.errors = [{instancePath:instancePath+"/min",schemaPath:"#/properties/min/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991},message:"must be <= 9007199254740991"}];
return false;
}
else {
if(data0 < 0 || isNaN(data0)){
validate33.errors = [{instancePath:instancePath+"/min",schemaPath:"#/properties/min/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"}];
return false;
}
}
}
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.max !== undefined){
let data1 = data.max;
const _errs4 = errors;
if(!(((typeof data1 == "number") && (!(data1 % 1) && !isNaN(data1))) && (isFinite(data1)))){
validate33.errors = [{instancePath:instancePath+"/max",schemaPath:"#/properties/max/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs4){
if((typeof data1 == "number") && (isFinite(data1))){
if(data1 > 9007199254740991 || isNaN(data1)){
validate33.errors = [{instancePath:instancePath+"/max",schemaPath:"#/properties/max/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991},message:"must be <= 9007199254740991"}];
return false;
}
else {
if(data1 < 1 || isNaN(data1)){
validate33.errors = [{instancePath:instancePath+"/max",schemaPath:"#/properties/max/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"}];
return false;
}
}
}
}
var valid0 = _errs4 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.connectionTimeoutSeconds !== undefined){
let data2 = data.connectionTimeoutSeconds;
const _errs6 = errors;
if(!(((typeof data2 == "number") && (!(data2 % 1) && !isNaN(data2))) && (isFinite(data2)))){
validate33.errors = [{instancePath:instancePath+"/connectionTimeoutSeconds",schemaPath:"#/properties/connectionTimeoutSeconds/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs6){
if((typeof data2 == "number") && (isFinite(data2))){
if(data2 > 300 || isNaN(data2)){
validate33.errors = [{instancePath:instancePath+"/connectionTimeoutSeconds",schemaPath:"#/properties/connectionTimeoutSeconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 300},message:"must be <= 300"}];
return false;
}
else {
if(data2 < 1 || isNaN(data2)){
validate33.errors = [{instancePath:instancePath+"/connectionTimeoutSeconds",schemaPath:"#/properties/connectionTimeoutSeconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"}];
return false;
}
}
}
}
var valid0 = _errs6 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
else {
validate33.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate33.errors = vErrors;
return errors === 0;
}

const schema13 = {"type":"object","properties":{"sslMode":{"$ref":"#/definitions/__schema7"},"sslVerification":{"$ref":"#/definitions/__schema8"},"caCertificateFile":{"$ref":"#/definitions/__schema9"},"caCertificate":{"$ref":"#/definitions/__schema10"}},"additionalProperties":false};
const schema14 = {"type":"boolean"};

function validate36(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(typeof data !== "boolean"){
validate36.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"}];
return false;
}
validate36.errors = vErrors;
return errors === 0;
}

const schema15 = {"type":"string","enum":["full","ca","none"]};

function validate38(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(typeof data !== "string"){
validate38.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
if(!(((data === "full") || (data === "ca")) || (data === "none"))){
validate38.errors = [{instancePath,schemaPath:"#/enum",keyword:"enum",params:{allowedValues: schema15.enum},message:"must be equal to one of the allowed values"}];
return false;
}
validate38.errors = vErrors;
return errors === 0;
}

const schema16 = {"type":"string","minLength":1};

function validate40(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(typeof data === "string"){
if(data.length < 1){
validate40.errors = [{instancePath,schemaPath:"#/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"}];
return false;
}
}
else {
validate40.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
validate40.errors = vErrors;
return errors === 0;
}

const schema17 = {"type":"string","maxLength":65536};

function validate42(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(typeof data === "string"){
if(data.length > 65536){
validate42.errors = [{instancePath,schemaPath:"#/maxLength",keyword:"maxLength",params:{limit: 65536},message:"must NOT have more than 65536 characters"}];
return false;
}
}
else {
validate42.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
validate42.errors = vErrors;
return errors === 0;
}


function validate35(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
const _errs1 = errors;
for(const key0 in data){
if(!((((key0 === "sslMode") || (key0 === "sslVerification")) || (key0 === "caCertificateFile")) || (key0 === "caCertificate"))){
validate35.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.sslMode !== undefined){
const _errs2 = errors;
if(!(validate36(data.sslMode, {instancePath:instancePath+"/sslMode",parentData:data,parentDataProperty:"sslMode",rootData}))){
vErrors = vErrors === null ? validate36.errors : vErrors.concat(validate36.errors);
errors = vErrors.length;
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.sslVerification !== undefined){
const _errs3 = errors;
if(!(validate38(data.sslVerification, {instancePath:instancePath+"/sslVerification",parentData:data,parentDataProperty:"sslVerification",rootData}))){
vErrors = vErrors === null ? validate38.errors : vErrors.concat(validate38.errors);
errors = vErrors.length;
}
var valid0 = _errs3 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.caCertificateFile !== undefined){
const _errs4 = errors;
if(!(validate40(data.caCertificateFile, {instancePath:instancePath+"/caCertificateFile",parentData:data,parentDataProperty:"caCertificateFile",rootData}))){
vErrors = vErrors === null ? validate40.errors : vErrors.concat(validate40.errors);
errors = vErrors.length;
}
var valid0 = _errs4 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.caCertificate !== undefined){
const _errs5 = errors;
if(!(validate42(data.caCertificate, {instancePath:instancePath+"/caCertificate",parentData:data,parentDataProperty:"caCertificate",rootData}))){
vErrors = vErrors === null ? validate42.errors : vErrors.concat(validate42.errors);
errors = vErrors.length;
}
var valid0 = _errs5 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
else {
validate35.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate35.errors = vErrors;
return errors === 0;
}

const schema18 = {"type":"object","properties":{"enabled":{"type":"boolean"},"query":{"type":"string","minLength":1,"maxLength":1000,"pattern":"^(?:[^\\p{Cc}\\p{Cs}]|[\\t\\n\\r])*$"},"intervalSeconds":{"type":"integer","minimum":1,"maximum":86400},"timeoutSeconds":{"type":"integer","minimum":1,"maximum":300}},"additionalProperties":false};
const pattern3 = new RegExp("^(?:[^\\p{Cc}\\p{Cs}]|[\\t\\n\\r])*$", "u");

function validate45(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
const _errs1 = errors;
for(const key0 in data){
if(!((((key0 === "enabled") || (key0 === "query")) || (key0 === "intervalSeconds")) || (key0 === "timeoutSeconds"))){
validate45.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.enabled !== undefined){
const _errs2 = errors;
if(typeof data.enabled !== "boolean"){
validate45.errors = [{instancePath:instancePath+"/enabled",schemaPath:"#/properties/enabled/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"}];
return false;
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.query !== undefined){
let data1 = data.query;
const _errs4 = errors;
if(errors === _errs4){
if(typeof data1 === "string"){
if(data1.length > 1000){
validate45.errors = [{instancePath:instancePath+"/query",schemaPath:"#/properties/query/maxLength",keyword:"maxLength",params:{limit: 1000},message:"must NOT have more than 1000 characters"}];
return false;
}
else {
if(data1.length < 1){
validate45.errors = [{instancePath:instancePath+"/query",schemaPath:"#/properties/query/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"}];
return false;
}
else {
if(!pattern3.test(data1)){
validate45.errors = [{instancePath:instancePath+"/query",schemaPath:"#/properties/query/pattern",keyword:"pattern",params:{pattern: "^(?:[^\\p{Cc}\\p{Cs}]|[\\t\\n\\r])*$"},message:"must match pattern \""+"^(?:[^\\p{Cc}\\p{Cs}]|[\\t\\n\\r])*$"+"\""}];
return false;
}
}
}
}
else {
validate45.errors = [{instancePath:instancePath+"/query",schemaPath:"#/properties/query/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs4 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.intervalSeconds !== undefined){
let data2 = data.intervalSeconds;
const _errs6 = errors;
if(!(((typeof data2 == "number") && (!(data2 % 1) && !isNaN(data2))) && (isFinite(data2)))){
validate45.errors = [{instancePath:instancePath+"/intervalSeconds",schemaPath:"#/properties/intervalSeconds/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs6){
if((typeof data2 == "number") && (isFinite(data2))){
if(data2 > 86400 || isNaN(data2)){
validate45.errors = [{instancePath:instancePath+"/intervalSeconds",schemaPath:"#/properties/intervalSeconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400},message:"must be <= 86400"}];
return false;
}
else {
if(data2 < 1 || isNaN(data2)){
validate45.errors = [{instancePath:instancePath+"/intervalSeconds",schemaPath:"#/properties/intervalSeconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"}];
return false;
}
}
}
}
var valid0 = _errs6 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.timeoutSeconds !== undefined){
let data3 = data.timeoutSeconds;
const _errs8 = errors;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
validate45.errors = [{instancePath:instancePath+"/timeoutSeconds",schemaPath:"#/properties/timeoutSeconds/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs8){
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 > 300 || isNaN(data3)){
validate45.errors = [{instancePath:instancePath+"/timeoutSeconds",schemaPath:"#/properties/timeoutSeconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 300},message:"must be <= 300"}];
return false;
}
else {
if(data3 < 1 || isNaN(data3)){
validate45.errors = [{instancePath:instancePath+"/timeoutSeconds",schemaPath:"#/properties/timeoutSeconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"}];
return false;
}
}
}
}
var valid0 = _errs8 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
else {
validate45.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate45.errors = vErrors;
return errors === 0;
}

const schema19 = {"maxItems":16,"type":"array","items":{"$ref":"#/definitions/__schema13"}};
const schema20 = {"type":"object","properties":{"type":{"type":"string","enum":["CONFIG_UPDATED","CONNECTOR_DELETED","HEALTH_CHANGED","SECRET_ROTATED","ACTION_PUBLISHED"]},"webhookUrl":{"type":"string","maxLength":2048}},"required":["type","webhookUrl"],"additionalProperties":false};

function validate48(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if(((data.type === undefined) && (missing0 = "type")) || ((data.webhookUrl === undefined) && (missing0 = "webhookUrl"))){
validate48.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0},message:"must have required property '"+missing0+"'"}];
return false;
}
else {
const _errs1 = errors;
for(const key0 in data){
if(!((key0 === "type") || (key0 === "webhookUrl"))){
validate48.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.type !== undefined){
let data0 = data.type;
const _errs2 = errors;
if(typeof data0 !== "string"){
validate48.errors = [{instancePath:instancePath+"/type",schemaPath:"#/properties/type/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
if(!(((((data0 === "CONFIG_UPDATED") || (data0 === "CONNECTOR_DELETED")) || (data0 === "HEALTH_CHANGED")) || (data0 === "SECRET_ROTATED")) || (data0 === "ACTION_PUBLISHED"))){
validate48.errors = [{instancePath:instancePath+"/type",schemaPath:"#/properties/type/enum",keyword:"enum",params:{allowedValues: schema20.properties.type.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.webhookUrl !== undefined){
let data1 = data.webhookUrl;
const _errs4 = errors;
if(errors === _errs4){
if(typeof data1 === "string"){
if(data1.length > 2048){
validate48.errors = [{instancePath:instancePath+"/webhookUrl",schemaPath:"#/properties/webhookUrl/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"}];
return false;
}
}
else {
validate48.errors = [{instancePath:instancePath+"/webhookUrl",schemaPath:"#/properties/webhookUrl/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs4 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
else {
validate48.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate48.errors = vErrors;
return errors === 0;
}


function validate47(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(Array.isArray(data)){
if(data.length > 16){
validate47.errors = [{instancePath,schemaPath:"#/maxItems",keyword:"maxItems",params:{limit: 16},message:"must NOT have more than 16 items"}];
return false;
}
else {
var valid0 = true;
const len0 = data.length;
for(let i0=0; i0<len0; i0++){
const _errs1 = errors;
if(!(validate48(data[i0], {instancePath:instancePath+"/" + i0,parentData:data,parentDataProperty:i0,rootData}))){
vErrors = vErrors === null ? validate48.errors : vErrors.concat(validate48.errors);
errors = vErrors.length;
}
var valid0 = _errs1 === errors;
if(!valid0){
break;
}
}
}
}
else {
validate47.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
validate47.errors = vErrors;
return errors === 0;
}

const schema21 = {"type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"};

function validate51(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(typeof data === "string"){
if(!pattern4.test(data)){
validate51.errors = [{instancePath,schemaPath:"#/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"},message:"must match pattern \""+"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"+"\""}];
return false;
}
}
else {
validate51.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
validate51.errors = vErrors;
return errors === 0;
}

const schema22 = {"type":"string","minLength":1,"maxLength":200,"pattern":"^[^\\p{Cc}\\p{Cs}]*$"};

function validate53(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(typeof data === "string"){
if(data.length > 200){
validate53.errors = [{instancePath,schemaPath:"#/maxLength",keyword:"maxLength",params:{limit: 200},message:"must NOT have more than 200 characters"}];
return false;
}
else {
if(data.length < 1){
validate53.errors = [{instancePath,schemaPath:"#/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"}];
return false;
}
else {
if(!pattern2.test(data)){
validate53.errors = [{instancePath,schemaPath:"#/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cs}]*$"},message:"must match pattern \""+"^[^\\p{Cc}\\p{Cs}]*$"+"\""}];
return false;
}
}
}
}
else {
validate53.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
validate53.errors = vErrors;
return errors === 0;
}

const schema23 = {"type":"string","maxLength":1000,"pattern":"^(?:[^\\p{Cc}\\p{Cs}]|[\\t\\n\\r])*$"};

function validate55(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(typeof data === "string"){
if(data.length > 1000){
validate55.errors = [{instancePath,schemaPath:"#/maxLength",keyword:"maxLength",params:{limit: 1000},message:"must NOT have more than 1000 characters"}];
return false;
}
else {
if(!pattern3.test(data)){
validate55.errors = [{instancePath,schemaPath:"#/pattern",keyword:"pattern",params:{pattern: "^(?:[^\\p{Cc}\\p{Cs}]|[\\t\\n\\r])*$"},message:"must match pattern \""+"^(?:[^\\p{Cc}\\p{Cs}]|[\\t\\n\\r])*$"+"\""}];
return false;
}
}
}
else {
validate55.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
validate55.errors = vErrors;
return errors === 0;
}

const schema24 = {"allOf":[{"$ref":"#/definitions/__schema0"}]};

function validate57(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(!(validate22(data, {instancePath,parentData,parentDataProperty,rootData}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
validate57.errors = vErrors;
return errors === 0;
}

const schema25 = {"type":"string","enum":["postgresql","oracle","sqlserver","mysql"]};

function validate60(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(typeof data !== "string"){
validate60.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
if(!((((data === "postgresql") || (data === "oracle")) || (data === "sqlserver")) || (data === "mysql"))){
validate60.errors = [{instancePath,schemaPath:"#/enum",keyword:"enum",params:{allowedValues: schema25.enum},message:"must be equal to one of the allowed values"}];
return false;
}
validate60.errors = vErrors;
return errors === 0;
}

const schema26 = {"allOf":[{"$ref":"#/definitions/__schema20"}]};
const schema27 = {"type":"string"};

function validate63(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(typeof data !== "string"){
validate63.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
validate63.errors = vErrors;
return errors === 0;
}


function validate62(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(!(validate63(data, {instancePath,parentData,parentDataProperty,rootData}))){
vErrors = vErrors === null ? validate63.errors : vErrors.concat(validate63.errors);
errors = vErrors.length;
}
validate62.errors = vErrors;
return errors === 0;
}

const schema28 = {"allOf":[{"$ref":"#/definitions/__schema1"}]};

function validate66(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(!(validate24(data, {instancePath,parentData,parentDataProperty,rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
validate66.errors = vErrors;
return errors === 0;
}

const schema29 = {"minItems":1,"maxItems":16,"type":"array","items":{"$ref":"#/definitions/__schema23"}};
const schema30 = {"type":"object","properties":{"host":{"$ref":"#/definitions/__schema20"},"port":{"allOf":[{"$ref":"#/definitions/__schema1"}]}},"required":["host"],"additionalProperties":false};

function validate70(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if((data.host === undefined) && (missing0 = "host")){
validate70.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0},message:"must have required property '"+missing0+"'"}];
return false;
}
else {
const _errs1 = errors;
for(const key0 in data){
if(!((key0 === "host") || (key0 === "port"))){
validate70.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.host !== undefined){
const _errs2 = errors;
if(!(validate63(data.host, {instancePath:instancePath+"/host",parentData:data,parentDataProperty:"host",rootData}))){
vErrors = vErrors === null ? validate63.errors : vErrors.concat(validate63.errors);
errors = vErrors.length;
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.port !== undefined){
const _errs3 = errors;
if(!(validate24(data.port, {instancePath:instancePath+"/port",parentData:data,parentDataProperty:"port",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
var valid0 = _errs3 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
else {
validate70.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate70.errors = vErrors;
return errors === 0;
}


function validate69(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(Array.isArray(data)){
if(data.length > 16){
validate69.errors = [{instancePath,schemaPath:"#/maxItems",keyword:"maxItems",params:{limit: 16},message:"must NOT have more than 16 items"}];
return false;
}
else {
if(data.length < 1){
validate69.errors = [{instancePath,schemaPath:"#/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"}];
return false;
}
else {
var valid0 = true;
const len0 = data.length;
for(let i0=0; i0<len0; i0++){
const _errs1 = errors;
if(!(validate70(data[i0], {instancePath:instancePath+"/" + i0,parentData:data,parentDataProperty:i0,rootData}))){
vErrors = vErrors === null ? validate70.errors : vErrors.concat(validate70.errors);
errors = vErrors.length;
}
var valid0 = _errs1 === errors;
if(!valid0){
break;
}
}
}
}
}
else {
validate69.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
validate69.errors = vErrors;
return errors === 0;
}

const schema31 = {"allOf":[{"$ref":"#/definitions/__schema25"}]};
const schema32 = {"type":"string","pattern":"^[A-Za-z0-9_$-]{1,128}$"};
const pattern7 = new RegExp("^[A-Za-z0-9_$-]{1,128}$", "u");

function validate76(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(typeof data === "string"){
if(!pattern7.test(data)){
validate76.errors = [{instancePath,schemaPath:"#/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9_$-]{1,128}$"},message:"must match pattern \""+"^[A-Za-z0-9_$-]{1,128}$"+"\""}];
return false;
}
}
else {
validate76.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
validate76.errors = vErrors;
return errors === 0;
}


function validate75(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(!(validate76(data, {instancePath,parentData,parentDataProperty,rootData}))){
vErrors = vErrors === null ? validate76.errors : vErrors.concat(validate76.errors);
errors = vErrors.length;
}
validate75.errors = vErrors;
return errors === 0;
}

const schema33 = {"allOf":[{"$ref":"#/definitions/__schema25"}]};

function validate79(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(!(validate76(data, {instancePath,parentData,parentDataProperty,rootData}))){
vErrors = vErrors === null ? validate76.errors : vErrors.concat(validate76.errors);
errors = vErrors.length;
}
validate79.errors = vErrors;
return errors === 0;
}

const schema34 = {"allOf":[{"$ref":"#/definitions/__schema3"}]};

function validate83(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(!(validate28(data, {instancePath,parentData,parentDataProperty,rootData}))){
vErrors = vErrors === null ? validate28.errors : vErrors.concat(validate28.errors);
errors = vErrors.length;
}
validate83.errors = vErrors;
return errors === 0;
}

const schema35 = {"type":"object","properties":{"username":{"$ref":"#/definitions/__schema4"},"password":{"$ref":"#/definitions/__schema4"}},"required":["username","password"],"additionalProperties":false};

function validate86(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if(((data.username === undefined) && (missing0 = "username")) || ((data.password === undefined) && (missing0 = "password"))){
validate86.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0},message:"must have required property '"+missing0+"'"}];
return false;
}
else {
const _errs1 = errors;
for(const key0 in data){
if(!((key0 === "username") || (key0 === "password"))){
validate86.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.username !== undefined){
const _errs2 = errors;
if(!(validate30(data.username, {instancePath:instancePath+"/username",parentData:data,parentDataProperty:"username",rootData}))){
vErrors = vErrors === null ? validate30.errors : vErrors.concat(validate30.errors);
errors = vErrors.length;
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.password !== undefined){
const _errs3 = errors;
if(!(validate30(data.password, {instancePath:instancePath+"/password",parentData:data,parentDataProperty:"password",rootData}))){
vErrors = vErrors === null ? validate30.errors : vErrors.concat(validate30.errors);
errors = vErrors.length;
}
var valid0 = _errs3 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
else {
validate86.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate86.errors = vErrors;
return errors === 0;
}

const schema36 = {"allOf":[{"$ref":"#/definitions/__schema5"}]};

function validate90(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(!(validate33(data, {instancePath,parentData,parentDataProperty,rootData}))){
vErrors = vErrors === null ? validate33.errors : vErrors.concat(validate33.errors);
errors = vErrors.length;
}
validate90.errors = vErrors;
return errors === 0;
}

const schema37 = {"allOf":[{"$ref":"#/definitions/__schema6"}]};

function validate93(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(!(validate35(data, {instancePath,parentData,parentDataProperty,rootData}))){
vErrors = vErrors === null ? validate35.errors : vErrors.concat(validate35.errors);
errors = vErrors.length;
}
validate93.errors = vErrors;
return errors === 0;
}

const schema38 = {"allOf":[{"$ref":"#/definitions/__schema11"}]};

function validate96(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(!(validate45(data, {instancePath,parentData,parentDataProperty,rootData}))){
vErrors = vErrors === null ? validate45.errors : vErrors.concat(validate45.errors);
errors = vErrors.length;
}
validate96.errors = vErrors;
return errors === 0;
}

const schema39 = {"allOf":[{"$ref":"#/definitions/__schema12"}]};

function validate99(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(!(validate47(data, {instancePath,parentData,parentDataProperty,rootData}))){
vErrors = vErrors === null ? validate47.errors : vErrors.concat(validate47.errors);
errors = vErrors.length;
}
validate99.errors = vErrors;
return errors === 0;
}

const schema40 = {"type":"object","properties":{"type":{"type":"string","const":"object"},"required":{"maxItems":200,"type":"array","items":{"$ref":"#/definitions/__schema34"}},"properties":{"type":"object","propertyNames":{"type":"string","pattern":"^[A-Za-z_][A-Za-z0-9_]{0,127}$"},"additionalProperties":{"type":"object","properties":{},"additionalProperties":{}}}},"required":["type"],"additionalProperties":{}};
const schema41 = {"type":"string","minLength":1,"maxLength":128};

function validate103(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(typeof data === "string"){
if(data.length > 128){
validate103.errors = [{instancePath,schemaPath:"#/maxLength",keyword:"maxLength",params:{limit: 128},message:"must NOT have more than 128 characters"}];
return false;
}
else {
if(data.length < 1){
validate103.errors = [{instancePath,schemaPath:"#/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"}];
return false;
}
}
}
else {
validate103.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
validate103.errors = vErrors;
return errors === 0;
}


function validate102(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if((data.type === undefined) && (missing0 = "type")){
validate102.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0},message:"must have required property '"+missing0+"'"}];
return false;
}
else {
if(data.type !== undefined){
let data0 = data.type;
const _errs2 = errors;
if(typeof data0 !== "string"){
validate102.errors = [{instancePath:instancePath+"/type",schemaPath:"#/properties/type/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
if("object" !== data0){
validate102.errors = [{instancePath:instancePath+"/type",schemaPath:"#/properties/type/const",keyword:"const",params:{allowedValue: "object"},message:"must be equal to constant"}];
return false;
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.required !== undefined){
let data1 = data.required;
const _errs4 = errors;
if(errors === _errs4){
if(Array.isArray(data1)){
if(data1.length > 200){
validate102.errors = [{instancePath:instancePath+"/required",schemaPath:"#/properties/required/maxItems",keyword:"maxItems",params:{limit: 200},message:"must NOT have more than 200 items"}];
return false;
}
else {
var valid1 = true;
const len0 = data1.length;
for(let i0=0; i0<len0; i0++){
const _errs6 = errors;
if(!(validate103(data1[i0], {instancePath:instancePath+"/required/" + i0,parentData:data1,parentDataProperty:i0,rootData}))){
vErrors = vErrors === null ? validate103.errors : vErrors.concat(validate103.errors);
errors = vErrors.length;
}
var valid1 = _errs6 === errors;
if(!valid1){
break;
}
}
}
}
else {
validate102.errors = [{instancePath:instancePath+"/required",schemaPath:"#/properties/required/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid0 = _errs4 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.properties !== undefined){
let data3 = data.properties;
const _errs7 = errors;
if(errors === _errs7){
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
for(const key0 in data3){
const _errs9 = errors;
if(errors === _errs9){
if(typeof key0 === "string"){
if(!pattern10.test(key0)){
const err0 = {instancePath:instancePath+"/properties",schemaPath:"#/properties/properties/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z_][A-Za-z0-9_]{0,127}$"},message:"must match pattern \""+"^[A-Za-z_][A-Za-z0-9_]{0,127}$"+"\"",propertyName:key0};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
else {
const err1 = {instancePath:instancePath+"/properties",schemaPath:"#/properties/properties/propertyNames/type",keyword:"type",params:{type: "string"},message:"must be string",propertyName:key0};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
var valid2 = _errs9 === errors;
if(!valid2){
const err2 = {instancePath:instancePath+"/properties",schemaPath:"#/properties/properties/propertyNames",keyword:"propertyNames",params:{propertyName: key0},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
validate102.errors = vErrors;
return false;
break;
}
}
if(valid2){
for(const key1 in data3){
let data4 = data3[key1];
const _errs12 = errors;
if(errors === _errs12){
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
}
else {
validate102.errors = [{instancePath:instancePath+"/properties/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/properties/additionalProperties/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid3 = _errs12 === errors;
if(!valid3){
break;
}
}
}
}
else {
validate102.errors = [{instancePath:instancePath+"/properties",schemaPath:"#/properties/properties/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid0 = _errs7 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
else {
validate102.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate102.errors = vErrors;
return errors === 0;
}

const schema42 = {"anyOf":[{"type":"string"},{"type":"number"},{"type":"boolean"},{"type":"null"},{"type":"array","items":{"$ref":"#/definitions/__schema35"}},{"type":"object","propertyNames":{"type":"string"},"additionalProperties":{"$ref":"#/definitions/__schema35"}}]};
const wrapper0 = {validate: validate107};

function validate107(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
const _errs0 = errors;
let valid0 = false;
const _errs1 = errors;
if(typeof data !== "string"){
const err0 = {instancePath,schemaPath:"#/anyOf/0/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
var _valid0 = _errs1 === errors;
valid0 = valid0 || _valid0;
if(!valid0){
const _errs3 = errors;
if(!((typeof data == "number") && (isFinite(data)))){
const err1 = {instancePath,schemaPath:"#/anyOf/1/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
var _valid0 = _errs3 === errors;
valid0 = valid0 || _valid0;
if(!valid0){
const _errs5 = errors;
if(typeof data !== "boolean"){
const err2 = {instancePath,schemaPath:"#/anyOf/2/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
var _valid0 = _errs5 === errors;
valid0 = valid0 || _valid0;
if(!valid0){
const _errs7 = errors;
if(data !== null){
const err3 = {instancePath,schemaPath:"#/anyOf/3/type",keyword:"type",params:{type: "null"},message:"must be null"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
var _valid0 = _errs7 === errors;
valid0 = valid0 || _valid0;
if(!valid0){
const _errs9 = errors;
if(errors === _errs9){
if(Array.isArray(data)){
var valid1 = true;
const len0 = data.length;
for(let i0=0; i0<len0; i0++){
const _errs11 = errors;
if(!(wrapper0.validate(data[i0], {instancePath:instancePath+"/" + i0,parentData:data,parentDataProperty:i0,rootData}))){
vErrors = vErrors === null ? wrapper0.validate.errors : vErrors.concat(wrapper0.validate.errors);
errors = vErrors.length;
}
var valid1 = _errs11 === errors;
if(!valid1){
break;
}
}
}
else {
const err4 = {instancePath,schemaPath:"#/anyOf/4/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
var _valid0 = _errs9 === errors;
valid0 = valid0 || _valid0;
if(!valid0){
const _errs12 = errors;
if(errors === _errs12){
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
const _errs14 = errors;
if(typeof key0 !== "string"){
const err5 = {instancePath,schemaPath:"#/anyOf/5/propertyNames/type",keyword:"type",params:{type: "string"},message:"must be string",propertyName:key0};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
var valid2 = _errs14 === errors;
if(!valid2){
const err6 = {instancePath,schemaPath:"#/anyOf/5/propertyNames",keyword:"propertyNames",params:{propertyName: key0},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
break;
}
}
if(valid2){
for(const key1 in data){
const _errs17 = errors;
if(!(wrapper0.validate(data[key1], {instancePath:instancePath+"/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),parentData:data,parentDataProperty:key1,rootData}))){
vErrors = vErrors === null ? wrapper0.validate.errors : vErrors.concat(wrapper0.validate.errors);
errors = vErrors.length;
}
var valid3 = _errs17 === errors;
if(!valid3){
break;
}
}
}
}
else {
const err7 = {instancePath,schemaPath:"#/anyOf/5/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
var _valid0 = _errs12 === errors;
valid0 = valid0 || _valid0;
}
}
}
}
}
if(!valid0){
const err8 = {instancePath,schemaPath:"#/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
validate107.errors = vErrors;
return false;
}
else {
errors = _errs0;
if(vErrors !== null){
if(_errs0){
vErrors.length = _errs0;
}
else {
vErrors = null;
}
}
}
validate107.errors = vErrors;
return errors === 0;
}


function validate21(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
const _errs1 = errors;
for(const key0 in data){
if(!((((key0 === "project") || (key0 === "defaults")) || (key0 === "connectors")) || (key0 === "dataActions"))){
validate21.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.project !== undefined){
let data0 = data.project;
const _errs2 = errors;
if(errors === _errs2){
if(typeof data0 === "string"){
if(!pattern0.test(data0)){
validate21.errors = [{instancePath:instancePath+"/project",schemaPath:"#/properties/project/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"},message:"must match pattern \""+"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"+"\""}];
return false;
}
}
else {
validate21.errors = [{instancePath:instancePath+"/project",schemaPath:"#/properties/project/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.defaults !== undefined){
let data1 = data.defaults;
const _errs4 = errors;
if(errors === _errs4){
if(data1 && typeof data1 == "object" && !Array.isArray(data1)){
const _errs6 = errors;
for(const key1 in data1){
if(!(func2.call(schema6.properties.defaults.properties, key1))){
validate21.errors = [{instancePath:instancePath+"/defaults",schemaPath:"#/properties/defaults/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs6 === errors){
if(data1.labels !== undefined){
const _errs7 = errors;
if(!(validate22(data1.labels, {instancePath:instancePath+"/defaults/labels",parentData:data1,parentDataProperty:"labels",rootData}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
var valid1 = _errs7 === errors;
}
else {
var valid1 = true;
}
if(valid1){
if(data1.type !== undefined){
let data3 = data1.type;
const _errs9 = errors;
if(typeof data3 !== "string"){
validate21.errors = [{instancePath:instancePath+"/defaults/type",schemaPath:"#/properties/defaults/properties/type/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
if(!((((data3 === "postgresql") || (data3 === "oracle")) || (data3 === "sqlserver")) || (data3 === "mysql"))){
validate21.errors = [{instancePath:instancePath+"/defaults/type",schemaPath:"#/properties/defaults/properties/type/enum",keyword:"enum",params:{allowedValues: schema6.properties.defaults.properties.type.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid1 = _errs9 === errors;
}
else {
var valid1 = true;
}
if(valid1){
if(data1.port !== undefined){
const _errs11 = errors;
if(!(validate24(data1.port, {instancePath:instancePath+"/defaults/port",parentData:data1,parentDataProperty:"port",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
var valid1 = _errs11 === errors;
}
else {
var valid1 = true;
}
if(valid1){
if(data1.driverVersion !== undefined){
const _errs13 = errors;
if(!(validate26(data1.driverVersion, {instancePath:instancePath+"/defaults/driverVersion",parentData:data1,parentDataProperty:"driverVersion",rootData}))){
vErrors = vErrors === null ? validate26.errors : vErrors.concat(validate26.errors);
errors = vErrors.length;
}
var valid1 = _errs13 === errors;
}
else {
var valid1 = true;
}
if(valid1){
if(data1.properties !== undefined){
const _errs15 = errors;
if(!(validate28(data1.properties, {instancePath:instancePath+"/defaults/properties",parentData:data1,parentDataProperty:"properties",rootData}))){
vErrors = vErrors === null ? validate28.errors : vErrors.concat(validate28.errors);
errors = vErrors.length;
}
var valid1 = _errs15 === errors;
}
else {
var valid1 = true;
}
if(valid1){
if(data1.credentials !== undefined){
let data7 = data1.credentials;
const _errs17 = errors;
if(errors === _errs17){
if(data7 && typeof data7 == "object" && !Array.isArray(data7)){
const _errs19 = errors;
for(const key2 in data7){
if(!((key2 === "username") || (key2 === "password"))){
validate21.errors = [{instancePath:instancePath+"/defaults/credentials",schemaPath:"#/properties/defaults/properties/credentials/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs19 === errors){
if(data7.username !== undefined){
const _errs20 = errors;
if(!(validate30(data7.username, {instancePath:instancePath+"/defaults/credentials/username",parentData:data7,parentDataProperty:"username",rootData}))){
vErrors = vErrors === null ? validate30.errors : vErrors.concat(validate30.errors);
errors = vErrors.length;
}
var valid6 = _errs20 === errors;
}
else {
var valid6 = true;
}
if(valid6){
if(data7.password !== undefined){
const _errs22 = errors;
if(!(validate30(data7.password, {instancePath:instancePath+"/defaults/credentials/password",parentData:data7,parentDataProperty:"password",rootData}))){
vErrors = vErrors === null ? validate30.errors : vErrors.concat(validate30.errors);
errors = vErrors.length;
}
var valid6 = _errs22 === errors;
}
else {
var valid6 = true;
}
}
}
}
else {
validate21.errors = [{instancePath:instancePath+"/defaults/credentials",schemaPath:"#/properties/defaults/properties/credentials/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid1 = _errs17 === errors;
}
else {
var valid1 = true;
}
if(valid1){
if(data1.pool !== undefined){
const _errs24 = errors;
if(!(validate33(data1.pool, {instancePath:instancePath+"/defaults/pool",parentData:data1,parentDataProperty:"pool",rootData}))){
vErrors = vErrors === null ? validate33.errors : vErrors.concat(validate33.errors);
errors = vErrors.length;
}
var valid1 = _errs24 === errors;
}
else {
var valid1 = true;
}
if(valid1){
if(data1.security !== undefined){
const _errs26 = errors;
if(!(validate35(data1.security, {instancePath:instancePath+"/defaults/security",parentData:data1,parentDataProperty:"security",rootData}))){
vErrors = vErrors === null ? validate35.errors : vErrors.concat(validate35.errors);
errors = vErrors.length;
}
var valid1 = _errs26 === errors;
}
else {
var valid1 = true;
}
if(valid1){
if(data1.health !== undefined){
const _errs28 = errors;
if(!(validate45(data1.health, {instancePath:instancePath+"/defaults/health",parentData:data1,parentDataProperty:"health",rootData}))){
vErrors = vErrors === null ? validate45.errors : vErrors.concat(validate45.errors);
errors = vErrors.length;
}
var valid1 = _errs28 === errors;
}
else {
var valid1 = true;
}
if(valid1){
if(data1.events !== undefined){
const _errs30 = errors;
if(!(validate47(data1.events, {instancePath:instancePath+"/defaults/events",parentData:data1,parentDataProperty:"events",rootData}))){
vErrors = vErrors === null ? validate47.errors : vErrors.concat(validate47.errors);
errors = vErrors.length;
}
var valid1 = _errs30 === errors;
}
else {
var valid1 = true;
}
}
}
}
}
}
}
}
}
}
}
}
else {
validate21.errors = [{instancePath:instancePath+"/defaults",schemaPath:"#/properties/defaults/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid0 = _errs4 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.connectors !== undefined){
let data14 = data.connectors;
const _errs32 = errors;
if(errors === _errs32){
if(Array.isArray(data14)){
var valid13 = true;
const len0 = data14.length;
for(let i0=0; i0<len0; i0++){
let data15 = data14[i0];
const _errs34 = errors;
if(errors === _errs34){
if(data15 && typeof data15 == "object" && !Array.isArray(data15)){
let missing0;
if(((((data15.id === undefined) && (missing0 = "id")) || ((data15.type === undefined) && (missing0 = "type"))) || ((data15.driverVersion === undefined) && (missing0 = "driverVersion"))) || ((data15.credentials === undefined) && (missing0 = "credentials"))){
validate21.errors = [{instancePath:instancePath+"/connectors/" + i0,schemaPath:"#/properties/connectors/items/required",keyword:"required",params:{missingProperty: missing0},message:"must have required property '"+missing0+"'"}];
return false;
}
else {
const _errs36 = errors;
for(const key3 in data15){
if(!(func2.call(schema6.properties.connectors.items.properties, key3))){
validate21.errors = [{instancePath:instancePath+"/connectors/" + i0,schemaPath:"#/properties/connectors/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs36 === errors){
if(data15.id !== undefined){
const _errs37 = errors;
if(!(validate51(data15.id, {instancePath:instancePath+"/connectors/" + i0+"/id",parentData:data15,parentDataProperty:"id",rootData}))){
vErrors = vErrors === null ? validate51.errors : vErrors.concat(validate51.errors);
errors = vErrors.length;
}
var valid14 = _errs37 === errors;
}
else {
var valid14 = true;
}
if(valid14){
if(data15.name !== undefined){
const _errs38 = errors;
if(!(validate53(data15.name, {instancePath:instancePath+"/connectors/" + i0+"/name",parentData:data15,parentDataProperty:"name",rootData}))){
vErrors = vErrors === null ? validate53.errors : vErrors.concat(validate53.errors);
errors = vErrors.length;
}
var valid14 = _errs38 === errors;
}
else {
var valid14 = true;
}
if(valid14){
if(data15.description !== undefined){
const _errs39 = errors;
if(!(validate55(data15.description, {instancePath:instancePath+"/connectors/" + i0+"/description",parentData:data15,parentDataProperty:"description",rootData}))){
vErrors = vErrors === null ? validate55.errors : vErrors.concat(validate55.errors);
errors = vErrors.length;
}
var valid14 = _errs39 === errors;
}
else {
var valid14 = true;
}
if(valid14){
if(data15.labels !== undefined){
const _errs40 = errors;
if(!(validate57(data15.labels, {instancePath:instancePath+"/connectors/" + i0+"/labels",parentData:data15,parentDataProperty:"labels",rootData}))){
vErrors = vErrors === null ? validate57.errors : vErrors.concat(validate57.errors);
errors = vErrors.length;
}
var valid14 = _errs40 === errors;
}
else {
var valid14 = true;
}
if(valid14){
if(data15.type !== undefined){
const _errs41 = errors;
if(!(validate60(data15.type, {instancePath:instancePath+"/connectors/" + i0+"/type",parentData:data15,parentDataProperty:"type",rootData}))){
vErrors = vErrors === null ? validate60.errors : vErrors.concat(validate60.errors);
errors = vErrors.length;
}
var valid14 = _errs41 === errors;
}
else {
var valid14 = true;
}
if(valid14){
if(data15.host !== undefined){
const _errs42 = errors;
if(!(validate62(data15.host, {instancePath:instancePath+"/connectors/" + i0+"/host",parentData:data15,parentDataProperty:"host",rootData}))){
vErrors = vErrors === null ? validate62.errors : vErrors.concat(validate62.errors);
errors = vErrors.length;
}
var valid14 = _errs42 === errors;
}
else {
var valid14 = true;
}
if(valid14){
if(data15.port !== undefined){
const _errs43 = errors;
if(!(validate66(data15.port, {instancePath:instancePath+"/connectors/" + i0+"/port",parentData:data15,parentDataProperty:"port",rootData}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
var valid14 = _errs43 === errors;
}
else {
var valid14 = true;
}
if(valid14){
if(data15.hosts !== undefined){
const _errs44 = errors;
if(!(validate69(data15.hosts, {instancePath:instancePath+"/connectors/" + i0+"/hosts",parentData:data15,parentDataProperty:"hosts",rootData}))){
vErrors = vErrors === null ? validate69.errors : vErrors.concat(validate69.errors);
errors = vErrors.length;
}
var valid14 = _errs44 === errors;
}
else {
var valid14 = true;
}
if(valid14){
if(data15.database !== undefined){
const _errs45 = errors;
if(!(validate75(data15.database, {instancePath:instancePath+"/connectors/" + i0+"/database",parentData:data15,parentDataProperty:"database",rootData}))){
vErrors = vErrors === null ? validate75.errors : vErrors.concat(validate75.errors);
errors = vErrors.length;
}
var valid14 = _errs45 === errors;
}
else {
var valid14 = true;
}
if(valid14){
if(data15.sid !== undefined){
const _errs46 = errors;
if(!(validate79(data15.sid, {instancePath:instancePath+"/connectors/" + i0+"/sid",parentData:data15,parentDataProperty:"sid",rootData}))){
vErrors = vErrors === null ? validate79.errors : vErrors.concat(validate79.errors);
errors = vErrors.length;
}
var valid14 = _errs46 === errors;
}
else {
var valid14 = true;
}
if(valid14){
if(data15.driverVersion !== undefined){
const _errs47 = errors;
if(!(validate26(data15.driverVersion, {instancePath:instancePath+"/connectors/" + i0+"/driverVersion",parentData:data15,parentDataProperty:"driverVersion",rootData}))){
vErrors = vErrors === null ? validate26.errors : vErrors.concat(validate26.errors);
errors = vErrors.length;
}
var valid14 = _errs47 === errors;
}
else {
var valid14 = true;
}
if(valid14){
if(data15.properties !== undefined){
const _errs48 = errors;
if(!(validate83(data15.properties, {instancePath:instancePath+"/connectors/" + i0+"/properties",parentData:data15,parentDataProperty:"properties",rootData}))){
vErrors = vErrors === null ? validate83.errors : vErrors.concat(validate83.errors);
errors = vErrors.length;
}
var valid14 = _errs48 === errors;
}
else {
var valid14 = true;
}
if(valid14){
if(data15.credentials !== undefined){
const _errs49 = errors;
if(!(validate86(data15.credentials, {instancePath:instancePath+"/connectors/" + i0+"/credentials",parentData:data15,parentDataProperty:"credentials",rootData}))){
vErrors = vErrors === null ? validate86.errors : vErrors.concat(validate86.errors);
errors = vErrors.length;
}
var valid14 = _errs49 === errors;
}
else {
var valid14 = true;
}
if(valid14){
if(data15.pool !== undefined){
const _errs50 = errors;
if(!(validate90(data15.pool, {instancePath:instancePath+"/connectors/" + i0+"/pool",parentData:data15,parentDataProperty:"pool",rootData}))){
vErrors = vErrors === null ? validate90.errors : vErrors.concat(validate90.errors);
errors = vErrors.length;
}
var valid14 = _errs50 === errors;
}
else {
var valid14 = true;
}
if(valid14){
if(data15.security !== undefined){
const _errs51 = errors;
if(!(validate93(data15.security, {instancePath:instancePath+"/connectors/" + i0+"/security",parentData:data15,parentDataProperty:"security",rootData}))){
vErrors = vErrors === null ? validate93.errors : vErrors.concat(validate93.errors);
errors = vErrors.length;
}
var valid14 = _errs51 === errors;
}
else {
var valid14 = true;
}
if(valid14){
if(data15.health !== undefined){
const _errs52 = errors;
if(!(validate96(data15.health, {instancePath:instancePath+"/connectors/" + i0+"/health",parentData:data15,parentDataProperty:"health",rootData}))){
vErrors = vErrors === null ? validate96.errors : vErrors.concat(validate96.errors);
errors = vErrors.length;
}
var valid14 = _errs52 === errors;
}
else {
var valid14 = true;
}
if(valid14){
if(data15.events !== undefined){
const _errs53 = errors;
if(!(validate99(data15.events, {instancePath:instancePath+"/connectors/" + i0+"/events",parentData:data15,parentDataProperty:"events",rootData}))){
vErrors = vErrors === null ? validate99.errors : vErrors.concat(validate99.errors);
errors = vErrors.length;
}
var valid14 = _errs53 === errors;
}
else {
var valid14 = true;
}
}
}
}
}
}
}
}
}
}
}
}
}
}
}
}
}
}
}
}
else {
validate21.errors = [{instancePath:instancePath+"/connectors/" + i0,schemaPath:"#/properties/connectors/items/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid13 = _errs34 === errors;
if(!valid13){
break;
}
}
}
else {
validate21.errors = [{instancePath:instancePath+"/connectors",schemaPath:"#/properties/connectors/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid0 = _errs32 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.dataActions !== undefined){
let data33 = data.dataActions;
const _errs54 = errors;
if(errors === _errs54){
if(Array.isArray(data33)){
var valid15 = true;
const len1 = data33.length;
for(let i1=0; i1<len1; i1++){
let data34 = data33[i1];
const _errs56 = errors;
if(errors === _errs56){
if(data34 && typeof data34 == "object" && !Array.isArray(data34)){
let missing1;
if((((data34.id === undefined) && (missing1 = "id")) || ((data34.connector === undefined) && (missing1 = "connector"))) || ((data34.statement === undefined) && (missing1 = "statement"))){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1,schemaPath:"#/properties/dataActions/items/required",keyword:"required",params:{missingProperty: missing1},message:"must have required property '"+missing1+"'"}];
return false;
}
else {
const _errs58 = errors;
for(const key4 in data34){
if(!(func2.call(schema6.properties.dataActions.items.properties, key4))){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1,schemaPath:"#/properties/dataActions/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs58 === errors){
if(data34.id !== undefined){
let data35 = data34.id;
const _errs59 = errors;
if(errors === _errs59){
if(typeof data35 === "string"){
if(!pattern4.test(data35)){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/id",schemaPath:"#/properties/dataActions/items/properties/id/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"},message:"must match pattern \""+"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"+"\""}];
return false;
}
}
else {
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/id",schemaPath:"#/properties/dataActions/items/properties/id/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid16 = _errs59 === errors;
}
else {
var valid16 = true;
}
if(valid16){
if(data34.connector !== undefined){
let data36 = data34.connector;
const _errs61 = errors;
if(errors === _errs61){
if(typeof data36 === "string"){
if(!pattern4.test(data36)){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/connector",schemaPath:"#/properties/dataActions/items/properties/connector/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"},message:"must match pattern \""+"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"+"\""}];
return false;
}
}
else {
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/connector",schemaPath:"#/properties/dataActions/items/properties/connector/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid16 = _errs61 === errors;
}
else {
var valid16 = true;
}
if(valid16){
if(data34.name !== undefined){
let data37 = data34.name;
const _errs63 = errors;
if(errors === _errs63){
if(typeof data37 === "string"){
if(data37.length > 200){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/name",schemaPath:"#/properties/dataActions/items/properties/name/maxLength",keyword:"maxLength",params:{limit: 200},message:"must NOT have more than 200 characters"}];
return false;
}
else {
if(data37.length < 1){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/name",schemaPath:"#/properties/dataActions/items/properties/name/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"}];
return false;
}
}
}
else {
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/name",schemaPath:"#/properties/dataActions/items/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid16 = _errs63 === errors;
}
else {
var valid16 = true;
}
if(valid16){
if(data34.description !== undefined){
let data38 = data34.description;
const _errs65 = errors;
if(errors === _errs65){
if(typeof data38 === "string"){
if(data38.length > 1000){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/description",schemaPath:"#/properties/dataActions/items/properties/description/maxLength",keyword:"maxLength",params:{limit: 1000},message:"must NOT have more than 1000 characters"}];
return false;
}
}
else {
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/description",schemaPath:"#/properties/dataActions/items/properties/description/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid16 = _errs65 === errors;
}
else {
var valid16 = true;
}
if(valid16){
if(data34.statement !== undefined){
let data39 = data34.statement;
const _errs67 = errors;
if(errors === _errs67){
if(typeof data39 === "string"){
if(data39.length > 65536){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/statement",schemaPath:"#/properties/dataActions/items/properties/statement/maxLength",keyword:"maxLength",params:{limit: 65536},message:"must NOT have more than 65536 characters"}];
return false;
}
else {
if(data39.length < 1){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/statement",schemaPath:"#/properties/dataActions/items/properties/statement/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"}];
return false;
}
}
}
else {
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/statement",schemaPath:"#/properties/dataActions/items/properties/statement/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid16 = _errs67 === errors;
}
else {
var valid16 = true;
}
if(valid16){
if(data34.access !== undefined){
let data40 = data34.access;
const _errs69 = errors;
if(typeof data40 !== "string"){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/access",schemaPath:"#/properties/dataActions/items/properties/access/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
if(!((data40 === "read") || (data40 === "write"))){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/access",schemaPath:"#/properties/dataActions/items/properties/access/enum",keyword:"enum",params:{allowedValues: schema6.properties.dataActions.items.properties.access.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid16 = _errs69 === errors;
}
else {
var valid16 = true;
}
if(valid16){
if(data34.input !== undefined){
const _errs71 = errors;
if(!(validate102(data34.input, {instancePath:instancePath+"/dataActions/" + i1+"/input",parentData:data34,parentDataProperty:"input",rootData}))){
vErrors = vErrors === null ? validate102.errors : vErrors.concat(validate102.errors);
errors = vErrors.length;
}
var valid16 = _errs71 === errors;
}
else {
var valid16 = true;
}
if(valid16){
if(data34.output !== undefined){
const _errs73 = errors;
if(!(validate102(data34.output, {instancePath:instancePath+"/dataActions/" + i1+"/output",parentData:data34,parentDataProperty:"output",rootData}))){
vErrors = vErrors === null ? validate102.errors : vErrors.concat(validate102.errors);
errors = vErrors.length;
}
var valid16 = _errs73 === errors;
}
else {
var valid16 = true;
}
if(valid16){
if(data34.limits !== undefined){
let data43 = data34.limits;
const _errs75 = errors;
if(errors === _errs75){
if(data43 && typeof data43 == "object" && !Array.isArray(data43)){
const _errs77 = errors;
for(const key5 in data43){
if(!(((((key5 === "deadlineMs") || (key5 === "maxRows")) || (key5 === "maxBytes")) || (key5 === "maxConcurrency")) || (key5 === "ratePerSecond"))){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/limits",schemaPath:"#/properties/dataActions/items/properties/limits/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs77 === errors){
if(data43.deadlineMs !== undefined){
let data44 = data43.deadlineMs;
const _errs78 = errors;
if(!(((typeof data44 == "number") && (!(data44 % 1) && !isNaN(data44))) && (isFinite(data44)))){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/limits/deadlineMs",schemaPath:"#/properties/dataActions/items/properties/limits/properties/deadlineMs/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs78){
if((typeof data44 == "number") && (isFinite(data44))){
if(data44 > 90000 || isNaN(data44)){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/limits/deadlineMs",schemaPath:"#/properties/dataActions/items/properties/limits/properties/deadlineMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 90000},message:"must be <= 90000"}];
return false;
}
else {
if(data44 < 50 || isNaN(data44)){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/limits/deadlineMs",schemaPath:"#/properties/dataActions/items/properties/limits/properties/deadlineMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 50},message:"must be >= 50"}];
return false;
}
}
}
}
var valid19 = _errs78 === errors;
}
else {
var valid19 = true;
}
if(valid19){
if(data43.maxRows !== undefined){
let data45 = data43.maxRows;
const _errs80 = errors;
if(!(((typeof data45 == "number") && (!(data45 % 1) && !isNaN(data45))) && (isFinite(data45)))){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/limits/maxRows",schemaPath:"#/properties/dataActions/items/properties/limits/properties/maxRows/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs80){
if((typeof data45 == "number") && (isFinite(data45))){
if(data45 > 1000 || isNaN(data45)){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/limits/maxRows",schemaPath:"#/properties/dataActions/items/properties/limits/properties/maxRows/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"}];
return false;
}
else {
if(data45 < 1 || isNaN(data45)){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/limits/maxRows",schemaPath:"#/properties/dataActions/items/properties/limits/properties/maxRows/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"}];
return false;
}
}
}
}
var valid19 = _errs80 === errors;
}
else {
var valid19 = true;
}
if(valid19){
if(data43.maxBytes !== undefined){
let data46 = data43.maxBytes;
const _errs82 = errors;
if(!(((typeof data46 == "number") && (!(data46 % 1) && !isNaN(data46))) && (isFinite(data46)))){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/limits/maxBytes",schemaPath:"#/properties/dataActions/items/properties/limits/properties/maxBytes/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs82){
if((typeof data46 == "number") && (isFinite(data46))){
if(data46 > 32768 || isNaN(data46)){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/limits/maxBytes",schemaPath:"#/properties/dataActions/items/properties/limits/properties/maxBytes/maximum",keyword:"maximum",params:{comparison: "<=", limit: 32768},message:"must be <= 32768"}];
return false;
}
else {
if(data46 < 256 || isNaN(data46)){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/limits/maxBytes",schemaPath:"#/properties/dataActions/items/properties/limits/properties/maxBytes/minimum",keyword:"minimum",params:{comparison: ">=", limit: 256},message:"must be >= 256"}];
return false;
}
}
}
}
var valid19 = _errs82 === errors;
}
else {
var valid19 = true;
}
if(valid19){
if(data43.maxConcurrency !== undefined){
let data47 = data43.maxConcurrency;
const _errs84 = errors;
if(!(((typeof data47 == "number") && (!(data47 % 1) && !isNaN(data47))) && (isFinite(data47)))){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/limits/maxConcurrency",schemaPath:"#/properties/dataActions/items/properties/limits/properties/maxConcurrency/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs84){
if((typeof data47 == "number") && (isFinite(data47))){
if(data47 > 1000 || isNaN(data47)){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/limits/maxConcurrency",schemaPath:"#/properties/dataActions/items/properties/limits/properties/maxConcurrency/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"}];
return false;
}
else {
if(data47 < 1 || isNaN(data47)){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/limits/maxConcurrency",schemaPath:"#/properties/dataActions/items/properties/limits/properties/maxConcurrency/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"}];
return false;
}
}
}
}
var valid19 = _errs84 === errors;
}
else {
var valid19 = true;
}
if(valid19){
if(data43.ratePerSecond !== undefined){
let data48 = data43.ratePerSecond;
const _errs86 = errors;
if(errors === _errs86){
if((typeof data48 == "number") && (isFinite(data48))){
if(data48 > 100000 || isNaN(data48)){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/limits/ratePerSecond",schemaPath:"#/properties/dataActions/items/properties/limits/properties/ratePerSecond/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100000},message:"must be <= 100000"}];
return false;
}
else {
if(data48 <= 0 || isNaN(data48)){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/limits/ratePerSecond",schemaPath:"#/properties/dataActions/items/properties/limits/properties/ratePerSecond/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"}];
return false;
}
}
}
else {
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/limits/ratePerSecond",schemaPath:"#/properties/dataActions/items/properties/limits/properties/ratePerSecond/type",keyword:"type",params:{type: "number"},message:"must be number"}];
return false;
}
}
var valid19 = _errs86 === errors;
}
else {
var valid19 = true;
}
}
}
}
}
}
}
else {
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/limits",schemaPath:"#/properties/dataActions/items/properties/limits/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid16 = _errs75 === errors;
}
else {
var valid16 = true;
}
if(valid16){
if(data34.cache !== undefined){
let data49 = data34.cache;
const _errs88 = errors;
if(errors === _errs88){
if(data49 && typeof data49 == "object" && !Array.isArray(data49)){
const _errs90 = errors;
for(const key6 in data49){
if(!((key6 === "ttlSeconds") || (key6 === "staleIfErrorSeconds"))){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/cache",schemaPath:"#/properties/dataActions/items/properties/cache/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs90 === errors){
if(data49.ttlSeconds !== undefined){
let data50 = data49.ttlSeconds;
const _errs91 = errors;
if(!(((typeof data50 == "number") && (!(data50 % 1) && !isNaN(data50))) && (isFinite(data50)))){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/cache/ttlSeconds",schemaPath:"#/properties/dataActions/items/properties/cache/properties/ttlSeconds/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs91){
if((typeof data50 == "number") && (isFinite(data50))){
if(data50 > 86400 || isNaN(data50)){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/cache/ttlSeconds",schemaPath:"#/properties/dataActions/items/properties/cache/properties/ttlSeconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400},message:"must be <= 86400"}];
return false;
}
else {
if(data50 < 0 || isNaN(data50)){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/cache/ttlSeconds",schemaPath:"#/properties/dataActions/items/properties/cache/properties/ttlSeconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"}];
return false;
}
}
}
}
var valid20 = _errs91 === errors;
}
else {
var valid20 = true;
}
if(valid20){
if(data49.staleIfErrorSeconds !== undefined){
let data51 = data49.staleIfErrorSeconds;
const _errs93 = errors;
if(!(((typeof data51 == "number") && (!(data51 % 1) && !isNaN(data51))) && (isFinite(data51)))){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/cache/staleIfErrorSeconds",schemaPath:"#/properties/dataActions/items/properties/cache/properties/staleIfErrorSeconds/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs93){
if((typeof data51 == "number") && (isFinite(data51))){
if(data51 > 86400 || isNaN(data51)){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/cache/staleIfErrorSeconds",schemaPath:"#/properties/dataActions/items/properties/cache/properties/staleIfErrorSeconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400},message:"must be <= 86400"}];
return false;
}
else {
if(data51 < 0 || isNaN(data51)){
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/cache/staleIfErrorSeconds",schemaPath:"#/properties/dataActions/items/properties/cache/properties/staleIfErrorSeconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"}];
return false;
}
}
}
}
var valid20 = _errs93 === errors;
}
else {
var valid20 = true;
}
}
}
}
else {
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/cache",schemaPath:"#/properties/dataActions/items/properties/cache/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid16 = _errs88 === errors;
}
else {
var valid16 = true;
}
if(valid16){
if(data34.fallback !== undefined){
let data52 = data34.fallback;
const _errs95 = errors;
if(errors === _errs95){
if(data52 && typeof data52 == "object" && !Array.isArray(data52)){
for(const key7 in data52){
const _errs97 = errors;
if(errors === _errs97){
if(typeof key7 === "string"){
if(!pattern10.test(key7)){
const err0 = {instancePath:instancePath+"/dataActions/" + i1+"/fallback",schemaPath:"#/properties/dataActions/items/properties/fallback/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z_][A-Za-z0-9_]{0,127}$"},message:"must match pattern \""+"^[A-Za-z_][A-Za-z0-9_]{0,127}$"+"\"",propertyName:key7};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
else {
const err1 = {instancePath:instancePath+"/dataActions/" + i1+"/fallback",schemaPath:"#/properties/dataActions/items/properties/fallback/propertyNames/type",keyword:"type",params:{type: "string"},message:"must be string",propertyName:key7};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
var valid21 = _errs97 === errors;
if(!valid21){
const err2 = {instancePath:instancePath+"/dataActions/" + i1+"/fallback",schemaPath:"#/properties/dataActions/items/properties/fallback/propertyNames",keyword:"propertyNames",params:{propertyName: key7},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
validate21.errors = vErrors;
return false;
break;
}
}
if(valid21){
for(const key8 in data52){
const _errs100 = errors;
if(!(validate107(data52[key8], {instancePath:instancePath+"/dataActions/" + i1+"/fallback/" + key8.replace(/~/g, "~0").replace(/\//g, "~1"),parentData:data52,parentDataProperty:key8,rootData}))){
vErrors = vErrors === null ? validate107.errors : vErrors.concat(validate107.errors);
errors = vErrors.length;
}
var valid22 = _errs100 === errors;
if(!valid22){
break;
}
}
}
}
else {
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1+"/fallback",schemaPath:"#/properties/dataActions/items/properties/fallback/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid16 = _errs95 === errors;
}
else {
var valid16 = true;
}
}
}
}
}
}
}
}
}
}
}
}
}
}
else {
validate21.errors = [{instancePath:instancePath+"/dataActions/" + i1,schemaPath:"#/properties/dataActions/items/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid15 = _errs56 === errors;
if(!valid15){
break;
}
}
}
else {
validate21.errors = [{instancePath:instancePath+"/dataActions",schemaPath:"#/properties/dataActions/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid0 = _errs54 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
else {
validate21.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate21.errors = vErrors;
return errors === 0;
}
