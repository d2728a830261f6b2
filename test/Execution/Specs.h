// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The specs that the execution tests run.

#ifndef BNC_TEST_EXECUTION_SPECS_H
#define BNC_TEST_EXECUTION_SPECS_H

#include "llvm/ADT/STLExtras.h"

#include <string>

namespace bnc {

/// How a spec writes the dim `name` in a tensor type and, the first time, in a
/// port: `extent` or, for -1, dynamic.
struct SpecDim {
  std::string type, port;
  SpecDim(llvm::StringRef name, int64_t extent)
      : type(extent < 0 ? "?" : std::to_string(extent)),
        port(extent < 0 ? name.str()
                        : name.str() + " = " + std::to_string(extent)) {}
};

/// layer_norm of rows, with weight and bias.
inline std::string layerNormRows(llvm::StringRef dtype, int64_t columns) {
  SpecDim c("c", columns);
  std::string x = "tensor<?x" + c.type + "x" + dtype.str() + ">";
  std::string w = "tensor<" + c.type + "x" + dtype.str() + ">";
  std::string scalar = dtype == "f64" ? "f64" : "f32";
  return "norm.func @f(%x: [r, " + c.port + "] " + dtype.str() +
         ", %weight: [c] " + dtype.str() + ", %bias: [c] " + dtype.str() +
         ") -> (y: [r, c] " + dtype.str() +
         ") {\n  %eps = arith.constant 1.0e-5 : " + scalar +
         "\n  %y = norm.layer_norm %x over [1] scale %weight shift %bias eps "
         "%eps : (" +
         x + ", " + w + ", " + w + ", " + scalar + ") -> " + x +
         "\n  norm.return %y : " + x + "\n}\n";
}

/// Residual add and rms_norm of bf16 rows, the sum kept in place.
inline std::string addRMSNormRows(int64_t columns) {
  SpecDim c("c", columns);
  std::string x = "tensor<?x" + c.type + "xbf16>";
  std::string wide = "tensor<?x" + c.type + "xf32>";
  std::string w = "tensor<" + c.type + "xf32>";
  return "norm.func @f(%x: [r, " + c.port +
         "] bf16 strided, %residual: [r, c] bf16, %weight: [c] f32) -> (y: "
         "[r, c] bf16, sum: [r, c] bf16 ties %residual) {\n"
         "  %eps = arith.constant 1.0e-6 : f32\n"
         "  %a = arith.extf %x : " +
         x + " to " + wide +
         "\n"
         "  %b = arith.extf %residual : " +
         x + " to " + wide +
         "\n"
         "  %s = arith.addf %a, %b : " +
         wide +
         "\n"
         "  %n = norm.rms_norm %s over [1] scale %weight eps %eps : (" +
         wide + ", " + w + ", f32) -> " + wide +
         "\n"
         "  %y = arith.truncf %n : " +
         wide + " to " + x +
         "\n"
         "  %o = arith.truncf %s : " +
         wide + " to " + x +
         "\n"
         "  norm.return %y, %o : " +
         x + ", " + x + "\n}\n";
}

/// group_norm of channels-last data, samples `r`, pixels `p`.
inline std::string groupNormChannelsLast(int64_t channels,
                                         const std::string &dtype = "f32") {
  SpecDim c("c", channels);
  std::string x = "tensor<?x9x" + c.type + "x" + dtype + ">";
  std::string w = "tensor<" + c.type + "xf32>";
  return "norm.func @f(%x: [r, p = 9, " + c.port + "] " + dtype +
         ", %weight: [c] f32) -> (y: [r, p, c] " + dtype +
         ") {\n"
         "  %eps = arith.constant 1.0e-5 : f32\n"
         "  %y = norm.group_norm %x feature 2 groups 3 scale %weight eps %eps "
         ": (" +
         x + ", " + w + ", f32) -> " + x +
         "\n"
         "  norm.return %y : " +
         x + "\n}\n";
}

/// instance_norm of channels-first data, samples `r`.
inline std::string instanceNormChannelsFirst(int64_t pixels) {
  SpecDim p("p", pixels);
  std::string x = "tensor<?x3x" + p.type + "xf32>";
  return "norm.func @f(%x: [r, c = 3, " + p.port +
         "] f32) -> (y: [r, c, p] f32) {\n"
         "  %eps = arith.constant 1.0e-5 : f32\n"
         "  %y = norm.instance_norm %x feature 1 eps %eps : (" +
         x + ", f32) -> " + x +
         "\n"
         "  norm.return %y : " +
         x + "\n}\n";
}

/// What batch_norm_inference is on data of `dims` and `shape`, whose channels
/// are number `feature` of the dims and have the extent `channels`; parameters
/// are f32.
inline std::string batchNormInference(llvm::StringRef dims,
                                      llvm::StringRef shape, int feature,
                                      llvm::StringRef channels,
                                      const std::string &dtype = "f32") {
  std::string x = "tensor<" + shape.str() + "x" + dtype + ">";
  std::string w = "tensor<" + channels.str() + "xf32>";
  return "norm.func @f(%x: [" + dims.str() + "] " + dtype +
         ", %mean: [c] f32, %variance: [c] f32, %weight: [c] f32, "
         "%bias: [c] f32) -> (y: [" +
         (feature == 2 ? "r, p, c" : "r, c, p") + "] " + dtype +
         ") {\n"
         "  %eps = arith.constant 1.0e-5 : f32\n"
         "  %y = norm.batch_norm_inference %x feature " +
         std::to_string(feature) +
         " mean %mean variance %variance scale %weight shift %bias eps %eps "
         ": (" +
         x + ", " + w + ", " + w + ", " + w + ", " + w + ", f32) -> " + x +
         "\n  norm.return %y : " + x + "\n}\n";
}

/// The same of images `r` of five planes.
inline std::string batchNormPlanes(int64_t pixels) {
  SpecDim p("p", pixels);
  return batchNormInference("r, c = 5, " + p.port, "?x5x" + p.type, 1, "5");
}

/// Batch norm of images `r` of 64 planes, `samples` of them or any number, with
/// statistics of its own where `trains`.
inline std::string batchNormShortPlanes(const std::string &dtype,
                                        int64_t samples, int64_t pixels,
                                        bool trains) {
  SpecDim r("r", samples);
  std::string p = std::to_string(pixels);
  std::string shape = r.type + "x64x" + p + "x", dims = "c = 64, p = " + p;
  std::string x = "tensor<" + shape + dtype + ">";
  std::string compute = dtype == "f64" ? "f64" : "f32";
  std::string wide = "tensor<" + shape + compute + ">";
  std::string w = "tensor<64x" + compute + ">", w1 = ": [c] " + compute;
  bool narrow = dtype != compute;
  std::string body;
  if (narrow)
    body += "  %wide = arith.extf %x : " + x + " to " + wide + "\n";
  std::string given = narrow ? "%wide" : "%x";
  if (trains)
    body += "  %n = norm.batch_norm_training " + given +
            " feature 1 scale %weight shift %bias eps %eps : (" + wide + ", " +
            w + ", " + w + ", " + compute + ") -> " + wide + "\n";
  else
    body += "  %n = norm.batch_norm_inference " + given +
            " feature 1 mean %mean variance %variance scale %weight shift "
            "%bias eps %eps : (" +
            wide + ", " + w + ", " + w + ", " + w + ", " + w + ", " + compute +
            ") -> " + wide + "\n";
  if (narrow)
    body += "  %y = arith.truncf %n : " + wide + " to " + x + "\n";
  return "norm.func @f(%x: [" + r.port + ", " + dims + "] " + dtype +
         (trains ? "" : ", %mean" + w1 + ", %variance" + w1) + ", %weight" +
         w1 + ", %bias" + w1 + ") -> (y: [r, c, p] " + dtype +
         ") {\n  %eps = arith.constant 1.0e-5 : " + compute + "\n" + body +
         "  norm.return " + (narrow ? "%y" : "%n") + " : " + x + "\n}\n";
}

/// The same of images `r` of 300 pixels.
inline std::string batchNormPixels(int64_t channels,
                                   const std::string &dtype = "f32") {
  SpecDim c("c", channels);
  return batchNormInference("r, p = 300, " + c.port, "?x300x" + c.type, 2,
                            c.type, dtype);
}

/// batch_norm_training of channels-last data, `r` pixels in all.
inline std::string batchNormChannelsLast(llvm::StringRef dtype,
                                         int64_t channels) {
  SpecDim c("c", channels);
  std::string x = "tensor<?x" + c.type + "x" + dtype.str() + ">";
  std::string w = "tensor<" + c.type + "x" + dtype.str() + ">";
  std::string scalar = dtype == "f64" ? "f64" : "f32";
  return "norm.func @f(%x: [r, " + c.port + "] " + dtype.str() +
         ", %weight: [c] " + dtype.str() + ", %bias: [c] " + dtype.str() +
         ") -> (y: [r, c] " + dtype.str() +
         ") {\n  %eps = arith.constant 1.0e-5 : " + scalar +
         "\n  %y = norm.batch_norm_training %x feature 1 scale %weight shift "
         "%bias eps %eps : (" +
         x + ", " + w + ", " + w + ", " + scalar + ") -> " + x +
         "\n  norm.return %y : " + x + "\n}\n";
}

} // namespace bnc

#endif // BNC_TEST_EXECUTION_SPECS_H
