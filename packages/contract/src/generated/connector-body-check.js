// Generated from the schema of the connector body by scripts/generate-reference.ts. Do not edit.
"use strict";
export const validate = validate10;
export default validate10;
const schema11 = {"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{"connectorId":{"type":"string"},"connectorName":{"type":"string","minLength":1,"maxLength":200,"pattern":"^[^\\p{Cc}\\p{Cs}]*$"},"connectorType":{"type":"string","enum":["DATABASE_POSTGRESQL","DATABASE_ORACLE","DATABASE_SQLSERVER","DATABASE_MYSQL"]},"description":{"type":"string","maxLength":1000,"pattern":"^(?:[^\\p{Cc}\\p{Cs}]|[\\t\\n\\r])*$"},"labels":{"type":"object","propertyNames":{"type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$"},"additionalProperties":{"type":"string","maxLength":255,"pattern":"^[^\\p{Cc}\\p{Cs}]*$"}},"configuration":{"type":"object","properties":{"connectionString":{"type":"string","minLength":1,"maxLength":2048},"credentials":{"type":"object","properties":{},"additionalProperties":false},"credentialMasking":{"type":"object","properties":{"username":{"type":"string","minLength":1,"maxLength":512},"password":{"type":"string","minLength":1,"maxLength":512}},"required":["username","password"],"additionalProperties":false},"poolSettings":{"type":"object","properties":{"minPoolSize":{"type":"integer","minimum":0,"maximum":9007199254740991},"maxPoolSize":{"type":"integer","minimum":1,"maximum":9007199254740991},"connectionTimeoutSeconds":{"type":"integer","minimum":1,"maximum":300}},"required":["minPoolSize","maxPoolSize","connectionTimeoutSeconds"],"additionalProperties":false},"securitySettings":{"type":"object","properties":{"enableParameterizedQueries":{"type":"boolean"},"sslMode":{"type":"boolean"},"sslVerification":{"type":"string","enum":["full","ca","none"]},"caCertificate":{"type":"string","maxLength":65536}},"required":["enableParameterizedQueries","sslMode"],"additionalProperties":false}},"required":["connectionString","credentialMasking","poolSettings","securitySettings"],"additionalProperties":false},"healthCheck":{"type":"object","properties":{"enabled":{"type":"boolean"},"query":{"type":"string","minLength":1,"maxLength":1000,"pattern":"^(?:[^\\p{Cc}\\p{Cs}]|[\\t\\n\\r])*$"},"intervalSeconds":{"type":"integer","minimum":1,"maximum":86400},"timeoutSeconds":{"type":"integer","minimum":1,"maximum":300}},"required":["enabled","intervalSeconds","timeoutSeconds"],"additionalProperties":false},"eventSubscriptions":{"maxItems":16,"type":"array","items":{"type":"object","properties":{"eventType":{"type":"string","enum":["CONFIG_UPDATED","CONNECTOR_DELETED","HEALTH_CHANGED","SECRET_ROTATED","ACTION_PUBLISHED"]},"webhookUrl":{"type":"string","maxLength":2048}},"required":["eventType","webhookUrl"],"additionalProperties":false}}},"required":["connectorId","connectorName","connectorType","configuration"],"additionalProperties":false};
const pattern0 = new RegExp("^[^\\p{Cc}\\p{Cs}]*$", "u");
const pattern1 = new RegExp("^(?:[^\\p{Cc}\\p{Cs}]|[\\t\\n\\r])*$", "u");
const pattern2 = new RegExp("^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$", "u");

function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.connectorId === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "connectorId"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.connectorName === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "connectorName"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.connectorType === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "connectorType"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(data.configuration === undefined){
const err3 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "configuration"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
for(const key0 in data){
if(!((((((((key0 === "connectorId") || (key0 === "connectorName")) || (key0 === "connectorType")) || (key0 === "description")) || (key0 === "labels")) || (key0 === "configuration")) || (key0 === "healthCheck")) || (key0 === "eventSubscriptions"))){
const err4 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.connectorId !== undefined){
if(typeof data.connectorId !== "string"){
const err5 = {instancePath:instancePath+"/connectorId",schemaPath:"#/properties/connectorId/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.connectorName !== undefined){
let data1 = data.connectorName;
if(typeof data1 === "string"){
if(data1.length > 200){
const err6 = {instancePath:instancePath+"/connectorName",schemaPath:"#/properties/connectorName/maxLength",keyword:"maxLength",params:{limit: 200}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(data1.length < 1){
const err7 = {instancePath:instancePath+"/connectorName",schemaPath:"#/properties/connectorName/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(!pattern0.test(data1)){
const err8 = {instancePath:instancePath+"/connectorName",schemaPath:"#/properties/connectorName/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cs}]*$"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
else {
const err9 = {instancePath:instancePath+"/connectorName",schemaPath:"#/properties/connectorName/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data.connectorType !== undefined){
let data2 = data.connectorType;
if(typeof data2 !== "string"){
const err10 = {instancePath:instancePath+"/connectorType",schemaPath:"#/properties/connectorType/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(!((((data2 === "DATABASE_POSTGRESQL") || (data2 === "DATABASE_ORACLE")) || (data2 === "DATABASE_SQLSERVER")) || (data2 === "DATABASE_MYSQL"))){
const err11 = {instancePath:instancePath+"/connectorType",schemaPath:"#/properties/connectorType/enum",keyword:"enum",params:{allowedValues: schema11.properties.connectorType.enum}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data.description !== undefined){
let data3 = data.description;
if(typeof data3 === "string"){
if(data3.length > 1000){
const err12 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/maxLength",keyword:"maxLength",params:{limit: 1000}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if(!pattern1.test(data3)){
const err13 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/pattern",keyword:"pattern",params:{pattern: "^(?:[^\\p{Cc}\\p{Cs}]|[\\t\\n\\r])*$"}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
else {
const err14 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data.labels !== undefined){
let data4 = data.labels;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
for(const key1 in data4){
const _errs12 = errors;
if(typeof key1 === "string"){
if(!pattern2.test(key1)){
const err15 = {instancePath:instancePath+"/labels",schemaPath:"#/properties/labels/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$"},propertyName:key1};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
else {
const err16 = {instancePath:instancePath+"/labels",schemaPath:"#/properties/labels/propertyNames/type",keyword:"type",params:{type: "string"},propertyName:key1};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
var valid1 = _errs12 === errors;
if(!valid1){
const err17 = {instancePath:instancePath+"/labels",schemaPath:"#/properties/labels/propertyNames",keyword:"propertyNames",params:{propertyName: key1}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
for(const key2 in data4){
let data5 = data4[key2];
if(typeof data5 === "string"){
if(data5.length > 255){
const err18 = {instancePath:instancePath+"/labels/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/labels/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 255}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if(!pattern0.test(data5)){
const err19 = {instancePath:instancePath+"/labels/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/labels/additionalProperties/pattern",keyword:"pattern",params:{pattern: "^[^\\p{Cc}\\p{Cs}]*$"}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
else {
const err20 = {instancePath:instancePath+"/labels/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/labels/additionalProperties/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
else {
const err21 = {instancePath:instancePath+"/labels",schemaPath:"#/properties/labels/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data.configuration !== undefined){
let data6 = data.configuration;
if(data6 && typeof data6 == "object" && !Array.isArray(data6)){
if(data6.connectionString === undefined){
const err22 = {instancePath:instancePath+"/configuration",schemaPath:"#/properties/configuration/required",keyword:"required",params:{missingProperty: "connectionString"}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if(data6.credentialMasking === undefined){
const err23 = {instancePath:instancePath+"/configuration",schemaPath:"#/properties/configuration/required",keyword:"required",params:{missingProperty: "credentialMasking"}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(data6.poolSettings === undefined){
const err24 = {instancePath:instancePath+"/configuration",schemaPath:"#/properties/configuration/required",keyword:"required",params:{missingProperty: "poolSettings"}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
if(data6.securitySettings === undefined){
const err25 = {instancePath:instancePath+"/configuration",schemaPath:"#/properties/configuration/required",keyword:"required",params:{missingProperty: "securitySettings"}};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
for(const key3 in data6){
if(!(((((key3 === "connectionString") || (key3 === "credentials")) || (key3 === "credentialMasking")) || (key3 === "poolSettings")) || (key3 === "securitySettings"))){
const err26 = {instancePath:instancePath+"/configuration",schemaPath:"#/properties/configuration/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3}};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
if(data6.connectionString !== undefined){
let data7 = data6.connectionString;
if(typeof data7 === "string"){
if(data7.length > 2048){
const err27 = {instancePath:instancePath+"/configuration/connectionString",schemaPath:"#/properties/configuration/properties/connectionString/maxLength",keyword:"maxLength",params:{limit: 2048}};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
if(data7.length < 1){
const err28 = {instancePath:instancePath+"/configuration/connectionString",schemaPath:"#/properties/configuration/properties/connectionString/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
else {
const err29 = {instancePath:instancePath+"/configuration/connectionString",schemaPath:"#/properties/configuration/properties/connectionString/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data6.credentials !== undefined){
let data8 = data6.credentials;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
for(const key4 in data8){
const err30 = {instancePath:instancePath+"/configuration/credentials",schemaPath:"#/properties/configuration/properties/credentials/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4}};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
else {
const err31 = {instancePath:instancePath+"/configuration/credentials",schemaPath:"#/properties/configuration/properties/credentials/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data6.credentialMasking !== undefined){
let data9 = data6.credentialMasking;
if(data9 && typeof data9 == "object" && !Array.isArray(data9)){
if(data9.username === undefined){
const err32 = {instancePath:instancePath+"/configuration/credentialMasking",schemaPath:"#/properties/configuration/properties/credentialMasking/required",keyword:"required",params:{missingProperty: "username"}};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
if(data9.password === undefined){
const err33 = {instancePath:instancePath+"/configuration/credentialMasking",schemaPath:"#/properties/configuration/properties/credentialMasking/required",keyword:"required",params:{missingProperty: "password"}};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
for(const key5 in data9){
if(!((key5 === "username") || (key5 === "password"))){
const err34 = {instancePath:instancePath+"/configuration/credentialMasking",schemaPath:"#/properties/configuration/properties/credentialMasking/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5}};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data9.username !== undefined){
let data10 = data9.username;
if(typeof data10 === "string"){
if(data10.length > 512){
const err35 = {instancePath:instancePath+"/configuration/credentialMasking/username",schemaPath:"#/properties/configuration/properties/credentialMasking/properties/username/maxLength",keyword:"maxLength",params:{limit: 512}};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if(data10.length < 1){
const err36 = {instancePath:instancePath+"/configuration/credentialMasking/username",schemaPath:"#/properties/configuration/properties/credentialMasking/properties/username/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
else {
const err37 = {instancePath:instancePath+"/configuration/credentialMasking/username",schemaPath:"#/properties/configuration/properties/credentialMasking/properties/username/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(data9.password !== undefined){
let data11 = data9.password;
if(typeof data11 === "string"){
if(data11.length > 512){
const err38 = {instancePath:instancePath+"/configuration/credentialMasking/password",schemaPath:"#/properties/configuration/properties/credentialMasking/properties/password/maxLength",keyword:"maxLength",params:{limit: 512}};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
if(data11.length < 1){
const err39 = {instancePath:instancePath+"/configuration/credentialMasking/password",schemaPath:"#/properties/configuration/properties/credentialMasking/properties/password/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
else {
const err40 = {instancePath:instancePath+"/configuration/credentialMasking/password",schemaPath:"#/properties/configuration/properties/credentialMasking/properties/password/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
}
else {
const err41 = {instancePath:instancePath+"/configuration/credentialMasking",schemaPath:"#/properties/configuration/properties/credentialMasking/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
if(data6.poolSettings !== undefined){
let data12 = data6.poolSettings;
if(data12 && typeof data12 == "object" && !Array.isArray(data12)){
if(data12.minPoolSize === undefined){
const err42 = {instancePath:instancePath+"/configuration/poolSettings",schemaPath:"#/properties/configuration/properties/poolSettings/required",keyword:"required",params:{missingProperty: "minPoolSize"}};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
if(data12.maxPoolSize === undefined){
const err43 = {instancePath:instancePath+"/configuration/poolSettings",schemaPath:"#/properties/configuration/properties/poolSettings/required",keyword:"required",params:{missingProperty: "maxPoolSize"}};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
if(data12.connectionTimeoutSeconds === undefined){
const err44 = {instancePath:instancePath+"/configuration/poolSettings",schemaPath:"#/properties/configuration/properties/poolSettings/required",keyword:"required",params:{missingProperty: "connectionTimeoutSeconds"}};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
for(const key6 in data12){
if(!(((key6 === "minPoolSize") || (key6 === "maxPoolSize")) || (key6 === "connectionTimeoutSeconds"))){
const err45 = {instancePath:instancePath+"/configuration/poolSettings",schemaPath:"#/properties/configuration/properties/poolSettings/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6}};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
if(data12.minPoolSize !== undefined){
let data13 = data12.minPoolSize;
if(!(((typeof data13 == "number") && (!(data13 % 1) && !isNaN(data13))) && (isFinite(data13)))){
const err46 = {instancePath:instancePath+"/configuration/poolSettings/minPoolSize",schemaPath:"#/properties/configuration/properties/poolSettings/properties/minPoolSize/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
if((typeof data13 == "number") && (isFinite(data13))){
if(data13 > 9007199254740991 || isNaN(data13)){
const err47 = {instancePath:instancePath+"/configuration/poolSettings/minPoolSize",schemaPath:"#/properties/configuration/properties/poolSettings/properties/minPoolSize/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991}};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
if(data13 < 0 || isNaN(data13)){
const err48 = {instancePath:instancePath+"/configuration/poolSettings/minPoolSize",schemaPath:"#/properties/configuration/properties/poolSettings/properties/minPoolSize/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
}
if(data12.maxPoolSize !== undefined){
let data14 = data12.maxPoolSize;
if(!(((typeof data14 == "number") && (!(data14 % 1) && !isNaN(data14))) && (isFinite(data14)))){
const err49 = {instancePath:instancePath+"/configuration/poolSettings/maxPoolSize",schemaPath:"#/properties/configuration/properties/poolSettings/properties/maxPoolSize/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
if((typeof data14 == "number") && (isFinite(data14))){
if(data14 > 9007199254740991 || isNaN(data14)){
const err50 = {instancePath:instancePath+"/configuration/poolSettings/maxPoolSize",schemaPath:"#/properties/configuration/properties/poolSettings/properties/maxPoolSize/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991}};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
if(data14 < 1 || isNaN(data14)){
const err51 = {instancePath:instancePath+"/configuration/poolSettings/maxPoolSize",schemaPath:"#/properties/configuration/properties/poolSettings/properties/maxPoolSize/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
}
if(data12.connectionTimeoutSeconds !== undefined){
let data15 = data12.connectionTimeoutSeconds;
if(!(((typeof data15 == "number") && (!(data15 % 1) && !isNaN(data15))) && (isFinite(data15)))){
const err52 = {instancePath:instancePath+"/configuration/poolSettings/connectionTimeoutSeconds",schemaPath:"#/properties/configuration/properties/poolSettings/properties/connectionTimeoutSeconds/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
if((typeof data15 == "number") && (isFinite(data15))){
if(data15 > 300 || isNaN(data15)){
const err53 = {instancePath:instancePath+"/configuration/poolSettings/connectionTimeoutSeconds",schemaPath:"#/properties/configuration/properties/poolSettings/properties/connectionTimeoutSeconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 300}};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
if(data15 < 1 || isNaN(data15)){
const err54 = {instancePath:instancePath+"/configuration/poolSettings/connectionTimeoutSeconds",schemaPath:"#/properties/configuration/properties/poolSettings/properties/connectionTimeoutSeconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
}
}
else {
const err55 = {instancePath:instancePath+"/configuration/poolSettings",schemaPath:"#/properties/configuration/properties/poolSettings/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
if(data6.securitySettings !== undefined){
let data16 = data6.securitySettings;
if(data16 && typeof data16 == "object" && !Array.isArray(data16)){
if(data16.enableParameterizedQueries === undefined){
const err56 = {instancePath:instancePath+"/configuration/securitySettings",schemaPath:"#/properties/configuration/properties/securitySettings/required",keyword:"required",params:{missingProperty: "enableParameterizedQueries"}};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
if(data16.sslMode === undefined){
const err57 = {instancePath:instancePath+"/configuration/securitySettings",schemaPath:"#/properties/configuration/properties/securitySettings/required",keyword:"required",params:{missingProperty: "sslMode"}};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
for(const key7 in data16){
if(!((((key7 === "enableParameterizedQueries") || (key7 === "sslMode")) || (key7 === "sslVerification")) || (key7 === "caCertificate"))){
const err58 = {instancePath:instancePath+"/configuration/securitySettings",schemaPath:"#/properties/configuration/properties/securitySettings/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7}};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
if(data16.enableParameterizedQueries !== undefined){
if(typeof data16.enableParameterizedQueries !== "boolean"){
const err59 = {instancePath:instancePath+"/configuration/securitySettings/enableParameterizedQueries",schemaPath:"#/properties/configuration/properties/securitySettings/properties/enableParameterizedQueries/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
}
if(data16.sslMode !== undefined){
if(typeof data16.sslMode !== "boolean"){
const err60 = {instancePath:instancePath+"/configuration/securitySettings/sslMode",schemaPath:"#/properties/configuration/properties/securitySettings/properties/sslMode/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
if(data16.sslVerification !== undefined){
let data19 = data16.sslVerification;
if(typeof data19 !== "string"){
const err61 = {instancePath:instancePath+"/configuration/securitySettings/sslVerification",schemaPath:"#/properties/configuration/properties/securitySettings/properties/sslVerification/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
if(!(((data19 === "full") || (data19 === "ca")) || (data19 === "none"))){
const err62 = {instancePath:instancePath+"/configuration/securitySettings/sslVerification",schemaPath:"#/properties/configuration/properties/securitySettings/properties/sslVerification/enum",keyword:"enum",params:{allowedValues: schema11.properties.configuration.properties.securitySettings.properties.sslVerification.enum}};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
if(data16.caCertificate !== undefined){
let data20 = data16.caCertificate;
if(typeof data20 === "string"){
if(data20.length > 65536){
const err63 = {instancePath:instancePath+"/configuration/securitySettings/caCertificate",schemaPath:"#/properties/configuration/properties/securitySettings/properties/caCertificate/maxLength",keyword:"maxLength",params:{limit: 65536}};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
else {
const err64 = {instancePath:instancePath+"/configuration/securitySettings/caCertificate",schemaPath:"#/properties/configuration/properties/securitySettings/properties/caCertificate/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
}
else {
const err65 = {instancePath:instancePath+"/configuration/securitySettings",schemaPath:"#/properties/configuration/properties/securitySettings/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
}
}
else {
const err66 = {instancePath:instancePath+"/configuration",schemaPath:"#/properties/configuration/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
if(data.healthCheck !== undefined){
let data21 = data.healthCheck;
if(data21 && typeof data21 == "object" && !Array.isArray(data21)){
if(data21.enabled === undefined){
const err67 = {instancePath:instancePath+"/healthCheck",schemaPath:"#/properties/healthCheck/required",keyword:"required",params:{missingProperty: "enabled"}};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
if(data21.intervalSeconds === undefined){
const err68 = {instancePath:instancePath+"/healthCheck",schemaPath:"#/properties/healthCheck/required",keyword:"required",params:{missingProperty: "intervalSeconds"}};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
if(data21.timeoutSeconds === undefined){
const err69 = {instancePath:instancePath+"/healthCheck",schemaPath:"#/properties/healthCheck/required",keyword:"required",params:{missingProperty: "timeoutSeconds"}};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
for(const key8 in data21){
if(!((((key8 === "enabled") || (key8 === "query")) || (key8 === "intervalSeconds")) || (key8 === "timeoutSeconds"))){
const err70 = {instancePath:instancePath+"/healthCheck",schemaPath:"#/properties/healthCheck/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key8}};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
if(data21.enabled !== undefined){
if(typeof data21.enabled !== "boolean"){
const err71 = {instancePath:instancePath+"/healthCheck/enabled",schemaPath:"#/properties/healthCheck/properties/enabled/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
if(data21.query !== undefined){
let data23 = data21.query;
if(typeof data23 === "string"){
if(data23.length > 1000){
const err72 = {instancePath:instancePath+"/healthCheck/query",schemaPath:"#/properties/healthCheck/properties/query/maxLength",keyword:"maxLength",params:{limit: 1000}};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
if(data23.length < 1){
const err73 = {instancePath:instancePath+"/healthCheck/query",schemaPath:"#/properties/healthCheck/properties/query/minLength",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
if(!pattern1.test(data23)){
const err74 = {instancePath:instancePath+"/healthCheck/query",schemaPath:"#/properties/healthCheck/properties/query/pattern",keyword:"pattern",params:{pattern: "^(?:[^\\p{Cc}\\p{Cs}]|[\\t\\n\\r])*$"}};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
else {
const err75 = {instancePath:instancePath+"/healthCheck/query",schemaPath:"#/properties/healthCheck/properties/query/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
}
if(data21.intervalSeconds !== undefined){
let data24 = data21.intervalSeconds;
if(!(((typeof data24 == "number") && (!(data24 % 1) && !isNaN(data24))) && (isFinite(data24)))){
const err76 = {instancePath:instancePath+"/healthCheck/intervalSeconds",schemaPath:"#/properties/healthCheck/properties/intervalSeconds/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
if((typeof data24 == "number") && (isFinite(data24))){
if(data24 > 86400 || isNaN(data24)){
const err77 = {instancePath:instancePath+"/healthCheck/intervalSeconds",schemaPath:"#/properties/healthCheck/properties/intervalSeconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400}};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
if(data24 < 1 || isNaN(data24)){
const err78 = {instancePath:instancePath+"/healthCheck/intervalSeconds",schemaPath:"#/properties/healthCheck/properties/intervalSeconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
}
}
if(data21.timeoutSeconds !== undefined){
let data25 = data21.timeoutSeconds;
if(!(((typeof data25 == "number") && (!(data25 % 1) && !isNaN(data25))) && (isFinite(data25)))){
const err79 = {instancePath:instancePath+"/healthCheck/timeoutSeconds",schemaPath:"#/properties/healthCheck/properties/timeoutSeconds/type",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
if((typeof data25 == "number") && (isFinite(data25))){
if(data25 > 300 || isNaN(data25)){
const err80 = {instancePath:instancePath+"/healthCheck/timeoutSeconds",schemaPath:"#/properties/healthCheck/properties/timeoutSeconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 300}};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
if(data25 < 1 || isNaN(data25)){
const err81 = {instancePath:instancePath+"/healthCheck/timeoutSeconds",schemaPath:"#/properties/healthCheck/properties/timeoutSeconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
}
}
}
else {
const err82 = {instancePath:instancePath+"/healthCheck",schemaPath:"#/properties/healthCheck/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
}
if(data.eventSubscriptions !== undefined){
let data26 = data.eventSubscriptions;
if(Array.isArray(data26)){
if(data26.length > 16){
const err83 = {instancePath:instancePath+"/eventSubscriptions",schemaPath:"#/properties/eventSubscriptions/maxItems",keyword:"maxItems",params:{limit: 16}};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
const len0 = data26.length;
for(let i0=0; i0<len0; i0++){
let data27 = data26[i0];
if(data27 && typeof data27 == "object" && !Array.isArray(data27)){
if(data27.eventType === undefined){
const err84 = {instancePath:instancePath+"/eventSubscriptions/" + i0,schemaPath:"#/properties/eventSubscriptions/items/required",keyword:"required",params:{missingProperty: "eventType"}};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
if(data27.webhookUrl === undefined){
const err85 = {instancePath:instancePath+"/eventSubscriptions/" + i0,schemaPath:"#/properties/eventSubscriptions/items/required",keyword:"required",params:{missingProperty: "webhookUrl"}};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
for(const key9 in data27){
if(!((key9 === "eventType") || (key9 === "webhookUrl"))){
const err86 = {instancePath:instancePath+"/eventSubscriptions/" + i0,schemaPath:"#/properties/eventSubscriptions/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key9}};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
}
if(data27.eventType !== undefined){
let data28 = data27.eventType;
if(typeof data28 !== "string"){
const err87 = {instancePath:instancePath+"/eventSubscriptions/" + i0+"/eventType",schemaPath:"#/properties/eventSubscriptions/items/properties/eventType/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
if(!(((((data28 === "CONFIG_UPDATED") || (data28 === "CONNECTOR_DELETED")) || (data28 === "HEALTH_CHANGED")) || (data28 === "SECRET_ROTATED")) || (data28 === "ACTION_PUBLISHED"))){
const err88 = {instancePath:instancePath+"/eventSubscriptions/" + i0+"/eventType",schemaPath:"#/properties/eventSubscriptions/items/properties/eventType/enum",keyword:"enum",params:{allowedValues: schema11.properties.eventSubscriptions.items.properties.eventType.enum}};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
}
if(data27.webhookUrl !== undefined){
let data29 = data27.webhookUrl;
if(typeof data29 === "string"){
if(data29.length > 2048){
const err89 = {instancePath:instancePath+"/eventSubscriptions/" + i0+"/webhookUrl",schemaPath:"#/properties/eventSubscriptions/items/properties/webhookUrl/maxLength",keyword:"maxLength",params:{limit: 2048}};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
}
else {
const err90 = {instancePath:instancePath+"/eventSubscriptions/" + i0+"/webhookUrl",schemaPath:"#/properties/eventSubscriptions/items/properties/webhookUrl/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
}
else {
const err91 = {instancePath:instancePath+"/eventSubscriptions/" + i0,schemaPath:"#/properties/eventSubscriptions/items/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
}
}
else {
const err92 = {instancePath:instancePath+"/eventSubscriptions",schemaPath:"#/properties/eventSubscriptions/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
}
}
else {
const err93 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
